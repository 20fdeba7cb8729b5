"""People are told what is asked of them: once, in time, in their language, and never at night."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.erasure import forget
from audit.views import rebuild
from domain.participant.deadlines import ExtendDeadline
from domain.participant.hosting import PlanSession
from domain.participant.mentoring import HoldCheckpoint
from domain.participant.tasks import CompleteTask
from domain.participant.team import TakeSeat
from eventlog.erasing import erase_persons
from eventlog.log import EventLog
from eventlog.outbox import Outbox
from eventlog.record import NewText
from tests.notices.post import Post


def body(post: Post, person: str) -> str:
    return "\n".join(letter.get_content() for letter in post.letters(person))


async def put_off(post: Post, days: int, after: timedelta = timedelta(0)) -> None:
    post.now += after
    due, reason = post.now + timedelta(days=days), {"id": "t-1", "hash": "0" * 64}
    await post.at_school("north", ExtendDeadline, task="wish/go-on", due_at=due, reason=reason)


async def test_a_person_is_told_in_their_language_with_titles_and_dates_in_words(post: Post) -> None:
    mentor = await post.person("Айгүл Сәрсенқызы", "kk", "aigul@example.kz")
    await post.start(north=await post.person("Lead"))
    await post.assign("north", "mentor", mentor)
    await post.pass_time("north", days=31)
    assert post.deliver() > 0
    (letter,) = post.letters(mentor)
    assert letter["To"] == "Айгүл Сәрсенқызы <aigul@example.kz>"
    assert letter["Subject"] == "Мерзімі өтті, north мектебі: Тәлімгерлік: 1-кездесу"
    assert letter.get_content().startswith("Сәлеметсіз бе, Айгүл Сәрсенқызы!")
    assert "Мерзімі: 2026 жылғы 1 мамыр, жұма, 18:00." in letter.get_content()


async def test_many_notices_at_once_become_one_message(post: Post) -> None:
    lead = await post.person("Lead", "ru")
    await post.start(north=lead, south=lead)
    assert post.deliver() == 15
    (letter,) = post.letters(lead)
    assert letter["Subject"] == "Короткая: сообщений — 8"
    assert letter.get_content().count("* школа north: ") == 4
    assert "kaskad task show notices-2026/south wish/greet" in letter.get_content()
    assert post.deliver(days=1) == 0


async def test_a_burst_is_let_pass_so_that_it_becomes_one_message(post: Post) -> None:
    await post.start(north=await post.person("Lead"))
    assert post.deliver(seconds=1) == 0
    assert post.deliver(seconds=10) == 8


async def test_nobody_waits_long_because_there_is_always_something_to_tell(post: Post) -> None:
    await post.start(north=await post.person("Lead"))
    await put_off(post, 20, after=timedelta(seconds=30))
    assert post.deliver(seconds=1) == 0
    await put_off(post, 21, after=timedelta(seconds=29))
    assert post.deliver(seconds=1) == 10


async def test_nobody_is_told_anything_at_night(post: Post) -> None:
    lead = await post.person("Lead")
    post.now += timedelta(hours=8)
    await post.start(north=lead)
    assert post.deliver(hours=1) == 0
    assert post.deliver(hours=9.1) == 8


async def test_a_notice_that_was_late_is_not_made_good_at_night(post: Post) -> None:
    """The worker was away over the day, and is back at 23:00."""
    lead = await post.person("Lead")
    await post.start(north=lead)
    assert post.deliver(hours=9) == 0
    assert post.letters(lead) == []
    assert post.deliver(hours=9) == 8


async def test_what_is_done_by_then_is_not_asked_any_more(post: Post) -> None:
    lead = await post.person("Lead")
    await post.start(north=lead)
    await post.at_school("north", CompleteTask, lead, task="wish/greet")
    post.deliver()
    assert [subject.partition(": ")[2] for subject in sorted(post.subjects(lead))] == [
        "The diary",
        "The plan",
        "Whether to go on",
    ]


async def test_the_log_is_asked_as_often_for_many_notices_as_for_few(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, rows = [], EventLog.rows

    def ask(log: EventLog, view: str, **where: Any) -> list[dict[str, Any]]:
        asked.append(view)
        return rows(log, view, **where)

    await post.start(north=await post.person("Lead"), south=await post.person("Other"))
    for school in ("north", "south"):
        await post.pass_time(school, days=45)
    monkeypatch.setattr(EventLog, "rows", ask)
    assert post.deliver() > 10
    assert (asked.count("tasks"), asked.count("rights")) == (1, 1)


async def test_an_escalation_goes_to_everybody_with_the_right_and_is_told_although_the_task_is_gone(post: Post) -> None:
    watchers = [await post.person(f"Watcher {number}") for number in (1, 2)]
    for watcher in watchers:
        await post.grant(watcher, "watcher")
    await post.start(north=await post.person("Lead"))
    await post.assign("north", "mentor", await post.person("Mentor"))
    await post.pass_time("north", days=45)
    post.deliver()
    for watcher in watchers:
        assert "Still open, School north: Mentoring: checkpoint 1" in post.subjects(watcher)
        assert "It waits for: Mentor." in body(post, watcher)


async def test_an_office_that_nobody_holds_does_not_swallow_an_escalation(post: Post) -> None:
    await post.start(north=await post.person("Lead"))
    await post.pass_time("north", days=45)
    post.deliver()
    assert "* Still open, School north: Mentoring: checkpoint 1" in body(post, post.manager)


async def test_whoever_is_erased_gets_nothing(post: Post) -> None:
    lead = await post.person("Lead")
    await post.start(north=lead)
    await post.erase(lead)
    post.deliver()
    assert post.letters(lead) == []
    assert not (post.settings.mailbox / lead).exists()
    assert post.log.outbox.waiting() == 0


async def test_whoever_is_erased_while_being_told_keeps_nothing(post: Post) -> None:
    """The erasure comes after the postman has looked who is erased, and empties the mailbox before it is filled."""
    lead = await post.person("Lead")
    await post.start(north=lead)
    notices = post.log.outbox.claim(post.now + timedelta(seconds=10))
    to, scenes = post.postman._addressee(post.registry, lead), post.postman._scenes(notices)
    await post.erase(lead)
    post.postman._tell(to, notices, scenes)
    assert not (post.settings.mailbox / lead).exists()


async def test_a_rehearsal_tells_nobody(tmp_path: Path) -> None:
    post = Post(tmp_path / "rehearsal", rehearsal=True)
    await post.begin()
    await post.start(north=await post.person("Lead"))
    assert post.deliver() == 0
    assert post.log.outbox.waiting() > 0
    post.close()


async def test_views_that_are_rebuilt_tell_nothing_again(post: Post) -> None:
    lead = await post.person("Lead")
    await post.start(north=lead)
    post.deliver()
    before = {path: path.read_bytes() for path in post.mailbox.letters(lead)}
    rebuild(post.log)
    assert post.deliver(days=0.5) == 0
    assert {path: path.read_bytes() for path in post.mailbox.letters(lead)} == before


class Killed(BaseException):
    """The process is gone."""


async def deliver_and_be_killed(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(outbox: Outbox, ids: Iterable[str], at: datetime) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Outbox, "mark_sent", gone)
        with pytest.raises(Killed):
            post.deliver()


async def test_a_kill_after_writing_leaves_nobody_with_the_same_message_twice(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    mentor = await post.person("Mentor")
    await post.start(north=await post.person("Lead"))
    await post.assign("north", "mentor", mentor)
    await post.pass_time("north", days=33)
    await deliver_and_be_killed(post, monkeypatch)
    before = [(letter["Message-ID"], letter.get_content()) for letter in post.letters(mentor)]
    assert 1 <= len(before) <= 3
    assert post.deliver(minutes=2) > 0
    assert [(letter["Message-ID"], letter.get_content()) for letter in post.letters(mentor)] == before


async def test_after_a_kill_single_messages_can_become_part_of_one_and_are_still_read_once(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = await post.person("Lead")
    await post.start(north=lead)
    await post.at_school("north", CompleteTask, lead, task="wish/greet")
    await deliver_and_be_killed(post, monkeypatch)
    assert len(post.letters(lead)) == 3
    await put_off(post, 20)
    post.deliver(minutes=2)
    (letter,) = post.letters(lead)
    assert "4 messages" in letter["Subject"]
    assert letter.get_content().count("* School north: The plan") == 1


async def test_one_message_that_can_not_be_written_holds_up_nobody_else(post: Post) -> None:
    lead, mentor = await post.person("Lead"), await post.person("Mentor")
    await post.start(north=lead)
    await post.assign("north", "mentor", mentor)
    await post.pass_time("north", days=31)
    post.settings.mailbox.mkdir(parents=True)
    (post.settings.mailbox / lead).write_text("a file where a folder should be")
    post.deliver()
    assert len(post.letters(mentor)) == 1
    assert post.log.outbox.waiting() > 0
    (post.settings.mailbox / lead).unlink()
    post.deliver(minutes=2)
    assert len(post.letters(lead)) == 1
    assert post.log.outbox.waiting() == 0


async def test_what_comes_next_is_asked_once_the_last_is_done(post: Post) -> None:
    mentor = await post.person("Mentor")
    await post.start(north=await post.person("Lead"))
    await post.assign("north", "mentor", mentor)
    post.deliver()
    await post.at_school("north", HoldCheckpoint, mentor, step="mentoring", outcome="on_track")
    post.deliver()
    assert "School north: Mentoring: checkpoint 2" in post.subjects(mentor)


async def test_an_invitation_says_where_the_session_is_held_while_that_is_not_erased(post: Post) -> None:
    lead, trainer = await post.person("Lead"), await post.person("Trainer")
    await post.start(north=lead)
    await post.at_school("trainers", TakeSeat, seat="trainer-1", person=trainer)
    await invite(post, trainer, "first-day", "Astana, room 5")
    post.deliver()
    await invite(post, trainer, "second-day", "Astana, room 6")
    erase_persons(post.log, [trainer])
    post.deliver()
    told = [str(letter.get_content()) for letter in post.letters(lead)]
    assert sum("Where: Astana, room 5." in each for each in told) == 1
    assert any("Second day" in each for each in told)
    assert not any("room 6" in each or "{where}" in each for each in told)
    forget(post.log, post.registry, post.settings.mailbox, [trainer])
    assert len(post.letters(lead)) == len(told) - 1
    assert "room 5" not in body(post, lead)


async def test_nobody_is_invited_to_what_is_over(post: Post) -> None:
    lead, trainer = await post.person("Lead"), await post.person("Trainer")
    await post.start(north=lead)
    await post.at_school("trainers", TakeSeat, seat="trainer-1", person=trainer)
    post.deliver()
    await invite(post, trainer, "first-day", "Astana, room 5")
    before = len(post.letters(lead))
    assert post.deliver(days=5) > 0
    assert not any("room 5" in str(letter.get_content()) for letter in post.letters(lead)[before:])


async def invite(post: Post, trainer: str, session: str, place: str) -> None:
    text = {"id": f"text-{session}", "hash": "0" * 64}
    post.log.texts.put(NewText(text["id"], b"0123456789abcdef", place, trainer))
    given = {"step": "training", "definition": session, "starts_at": post.now + timedelta(days=3), "place": text}
    await post.at_school("trainers", PlanSession, trainer, **given)
