"""How good retrieval and answers are: every question is searched, answered and judged, many at a time."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from venice_nb.policy.steps import Plan, Send
from venice_nb.rag import ahead, prompt
from venice_nb.rag.ask import near_enough, retrieve
from venice_nb.rag.expected import read_questions
from venice_nb.rag.judge import TASK, Verdicts, asking, judge
from venice_nb.results.money import Cost, Usage
from venice_nb.results.rag.answer import SILENT, Answer
from venice_nb.results.rag.evaluation import Evaluation, Judgement, Outcome
from venice_nb.results.run_plan import RunPlan
from venice_nb.shapes.shape import Shape
from venice_nb.talk.chat import prepared
from venice_nb.talk.extract import Extraction
from venice_nb.talk.rows import Chats, How, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from venice_nb.calls.call import Call
    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.rag.ask import Retrieved
    from venice_nb.rag.expected import Question
    from venice_nb.rag.rag import Rag
    from venice_nb.results.rag.passage import Passage
    from venice_nb.results.talk.reply import Reply
    from venice_nb.talk.rows import Outcome as Asked

_SILENT = "nothing near"  # why a question was not asked


def evaluate(
    rag: Rag,
    session: Session,
    questions: Any,
    *,
    k: int,
    rerank: ModelName | None,
    floor: float,
    answers: bool,
    model: ModelName | None,
    judge_with: ModelName | None,
    how: How,
    dry_run: bool,
    parameters: dict[str, Any],
) -> Plan[Evaluation | RunPlan]:
    """The plan of `Rag.evaluate`."""
    asked = read_questions(questions, rag.corpus)
    work = _Answers(session, asked, floor)
    if answers:
        yield from work.choose(model, judge_with, parameters)
    if dry_run:
        return (yield from _ahead(rag, session, work, k, rerank, answers=answers, how=how))
    with how.within(session):
        return (yield from _carried_out(rag, session, work, k, rerank, answers=answers, how=how))


def _ahead(
    rag: Rag, session: Session, work: _Answers, k: int, rerank: ModelName | None, *, answers: bool, how: How
) -> Plan[RunPlan]:
    """What it would cost. Passages are only searched for where that sends nothing."""
    asked = [each.text for each in work.questions]
    steps, free = yield from ahead.searching(session, rag.index, asked, k, rerank)
    if answers:
        most, least = ahead.extremes(rag.index.passages, asked, k)
        calls = len(asked)
        if free:
            work.retrieved = yield from retrieve(session, rag.index, asked, k, None)
            most = least = work.given
            calls = (yield from work.chats(how).survey()).calls
        plans = ahead.in_turn(session, work.call, work.judgement, most=most, least=least, calls=calls)
        steps += zip(("answers", "judgements"), plans, strict=True)
    return RunPlan(tuple(steps))


def _carried_out(
    rag: Rag, session: Session, work: _Answers, k: int, rerank: ModelName | None, *, answers: bool, how: How
) -> Plan[Evaluation]:
    asked = work.questions
    work.retrieved = retrieved = yield from retrieve(
        session, rag.index, [each.text for each in asked], k, rerank
    )
    amiss = [note for each in retrieved for note in each.found.notes]
    if amiss:
        session.tell(f"{len(amiss)} of {len(asked)} questions were not searched as asked: {amiss[0]}")
    outcomes = [_graded(each, found, rag, k) for each, found in zip(asked, retrieved, strict=True)]
    usage, cost = Usage(), Cost(0.0, "charged")
    for each in retrieved:
        usage, cost = usage + each.usage, cost + each.cost
    graded = any(place.grade != 1 for each in asked for place in each.places)
    made = Evaluation(outcomes=tuple(outcomes), k=k, graded=graded, usage=usage, cost=cost)
    if not answers:
        return made
    told: Evaluation = yield from work.chats(how).ask(partial(work.told, made))
    return told


def _graded(question: Question, retrieved: Retrieved, rag: Rag, k: int) -> Outcome:
    grades = question.grades(retrieved.found.hits, rag.passages.passages, k)
    nothing = math.nan
    return Outcome(
        question=question.text,
        answerable=grades is not None,
        rank=grades.rank if grades else None,
        recall=grades.recall if grades else nothing,
        reciprocal_rank=grades.reciprocal_rank if grades else nothing,
        ndcg=grades.ndcg if grades else nothing,
        ndcg_binary=grades.ndcg_binary if grades else nothing,
        found=retrieved.found,
        more=question.more,
    )


class _Answers:
    """The answers to be made and judged, one row for each question."""

    def __init__(self, session: Session, questions: Sequence[Question], floor: float) -> None:
        self.session = session
        self.questions = questions
        self.retrieved: Sequence[Retrieved] = ()
        self.judging: Extraction
        self._floor = floor
        self._ask: Callable[..., Call[Reply]]

    def choose(
        self, model: ModelName | None, judge_with: ModelName | None, parameters: dict[str, Any]
    ) -> Plan[None]:
        """Settle which model answers and which judges."""
        first = prompt.messages(self.questions[0].text, ())
        self._ask = yield from prepared(self.session, first, model=model, stream=False, **parameters)
        self.judging = Extraction(self.session, Shape.of(Verdicts), {"temperature": 0}, task=TASK)
        yield from self.judging.choose(judge_with if judge_with is not None else model)

    def chats(self, how: How) -> Chats:
        """The rows, ready to be asked."""
        rows: list[Row | str] = []
        for question, retrieved in zip(self.questions, self.retrieved, strict=True):
            if near_enough(retrieved.found, self._floor):
                call = partial(self.call, retrieved.found.question, retrieved.found.passages)
                rows.append(Row(call, partial(self._plan, question, retrieved)))
            else:
                rows.append(_SILENT)
        return Chats(self.session, rows, how, name="question")

    @property
    def given(self) -> ahead.Given:
        """The questions that are asked, each with its passages."""
        found = [each.found for each in self.retrieved if near_enough(each.found, self._floor)]
        return [(each.question, each.passages) for each in found]

    def call(self, question: str, passages: Sequence[Passage]) -> Call[Reply]:
        """The call that asks a question of some passages."""
        return self._ask(prompt.messages(question, passages))

    def judgement(self, question: str, passages: Sequence[Passage]) -> Call[Reply]:
        """The call that judges an answer from some passages, without the claims of the answer."""
        return self.judging.first(asking(self.judging, question, passages))

    def _plan(self, question: Question, retrieved: Retrieved) -> Plan[tuple[Answer, Judgement]]:
        found = retrieved.found
        reply = yield Send(self.call(found.question, found.passages))
        answer = Answer.of(found.question, found, reply, usage=retrieved.usage, cost=retrieved.cost)
        seconds = reply.elapsed or math.nan  # how long a kept answer took is not known any more
        answer = replace(answer, elapsed=seconds + retrieved.elapsed)
        return answer, (yield from judge(answer, question.answer, self.judging))

    def told(self, made: Evaluation, asked: Asked) -> Evaluation:
        """The evaluation with its answers."""
        outcomes = []
        for number, outcome in enumerate(made.outcomes):
            value, told = asked.answers[number], asked.told[number]
            answer, judgement = value if value is not None else (None, None)
            if told == _SILENT:
                retrieved = self.retrieved[number]
                cost, usage = retrieved.cost, retrieved.usage
                answer = Answer(outcome.question, SILENT, False, outcome.found, usage=usage, cost=cost)
                told = None
            outcomes.append(replace(outcome, answer=answer, judgement=judgement, error=told))
        answered = [each.answer.reply for each in outcomes if each.answer and each.answer.reply]
        judged = [each.judgement.model for each in outcomes if each.judgement and each.judgement.model]
        self.session.last = evaluation = replace(
            made,
            outcomes=tuple(outcomes),
            model=answered[0].model if answered else "none",
            judge=judged[0] if judged else "",
            usage=made.usage + asked.usage,
            cost=made.cost + asked.cost,
        )
        return evaluation
