"""How good retrieval and answers are: every question is searched, answered and judged, many at a time."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from venice_nb.policy.steps import Plan, Send
from venice_nb.rag import prompt
from venice_nb.rag.ask import near_enough, retrieve
from venice_nb.rag.expected import read_questions
from venice_nb.rag.judge import TASK, Verdicts, judge
from venice_nb.results.money import Cost, Usage
from venice_nb.results.rag.answer import SILENT, Answer
from venice_nb.results.rag.evaluation import Evaluation, Judgement, Outcome
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
    from venice_nb.results.chat_plan import ChatPlan
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
) -> Plan[Evaluation | ChatPlan]:
    """The plan of `Rag.evaluate`."""
    asked = read_questions(questions, rag.corpus)
    retrieved = yield from retrieve(session, rag.index, [each.text for each in asked], k, rerank)
    outcomes = [_graded(each, found, rag, k) for each, found in zip(asked, retrieved, strict=True)]
    usage, cost = Usage(), Cost(0.0, "charged")
    for each in retrieved:
        usage, cost = usage + each.usage, cost + each.cost
    graded = any(place.grade != 1 for each in asked for place in each.places)
    made = Evaluation(outcomes=tuple(outcomes), k=k, graded=graded, usage=usage, cost=cost)
    if not answers:
        return made
    work = _Answers(session, asked, retrieved, floor)
    yield from work.choose(model, judge_with, parameters)
    if dry_run:
        return (yield from work.chats(how).survey())
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

    def __init__(
        self, session: Session, questions: Sequence[Question], retrieved: Sequence[Retrieved], floor: float
    ) -> None:
        self.session = session
        self._questions = questions
        self._retrieved = retrieved
        self._floor = floor
        self._ask: Callable[..., Call[Reply]]
        self._judging: Extraction

    def choose(
        self, model: ModelName | None, judge_with: ModelName | None, parameters: dict[str, Any]
    ) -> Plan[None]:
        """Settle which model answers and which judges."""
        first = prompt.messages(self._questions[0].text, self._retrieved[0].found.passages)
        self._ask = yield from prepared(self.session, first, model=model, stream=False, **parameters)
        self._judging = Extraction(self.session, Shape.of(Verdicts), {"temperature": 0}, task=TASK)
        yield from self._judging.choose(judge_with if judge_with is not None else model)

    def chats(self, how: How) -> Chats:
        """The rows, ready to be asked."""
        rows: list[Row | str] = []
        for question, retrieved in zip(self._questions, self._retrieved, strict=True):
            if near_enough(retrieved.found, self._floor):
                call = partial(self._call, retrieved)
                rows.append(Row(call, partial(self._plan, question, retrieved)))
            else:
                rows.append(_SILENT)
        return Chats(self.session, rows, how, name="question")

    def _call(self, retrieved: Retrieved) -> Call[Reply]:
        found = retrieved.found
        return self._ask(prompt.messages(found.question, found.passages))

    def _plan(self, question: Question, retrieved: Retrieved) -> Plan[tuple[Answer, Judgement]]:
        reply = yield Send(self._call(retrieved))
        found = retrieved.found
        answer = Answer.of(found.question, found, reply, usage=retrieved.usage, cost=retrieved.cost)
        answer = replace(answer, elapsed=reply.elapsed + retrieved.elapsed)
        return answer, (yield from judge(answer, question.answer, self._judging))

    def told(self, made: Evaluation, asked: Asked) -> Evaluation:
        """The evaluation with its answers."""
        outcomes = []
        for number, outcome in enumerate(made.outcomes):
            value, told = asked.answers[number], asked.told[number]
            answer, judgement = value if value is not None else (None, None)
            if told == _SILENT:
                retrieved = self._retrieved[number]
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
