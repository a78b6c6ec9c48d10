"""Random faults in random order: what must hold at every moment does."""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from world import OUTCOMES, World

from venice_nb.calls.call import Safety

SCHEDULES = int(os.environ.get("SCHEDULES", "400"))  # 20000 takes some minutes


class Policy(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.world = World()

    @rule(
        guard=st.integers(0, 2),
        safety=st.sampled_from(list(Safety)),
        seed=st.integers(0, 99),
        many=st.integers(1, 8),
    )
    def send(self, guard, safety, seed, many):
        for each in range(many):
            self.world.start(guard, safety, seed + each)

    @precondition(lambda self: self.world.flows)
    @rule(which=st.integers(0, 99), outcome=st.sampled_from(sorted(OUTCOMES)), many=st.integers(1, 8))
    def respond(self, which, outcome, many):
        for flow in (self.world.flows * 2)[which % len(self.world.flows) :][:many]:
            if flow in self.world.flows:
                self.world.respond(flow, outcome)

    @precondition(lambda self: self.world.flows)
    @rule(which=st.integers(0, 99))
    def interrupt(self, which):
        self.world.interrupt(self.world.flows[which % len(self.world.flows)])

    @rule(guard=st.integers(0, 2))
    def kill(self, guard):
        self.world.kill(guard)

    @rule(seconds=st.sampled_from([0.1, 1.0, 5.0, 29.0, 33.0, 61.0, 200.0]))
    def pass_time(self, seconds):
        self.world.pass_time(seconds)

    @rule(seconds=st.sampled_from([3600.0, -3600.0]))
    def set_clock(self, seconds):
        self.world.clock.wrong += seconds

    @invariant()
    def holds(self):
        self.world.check()

    def teardown(self):
        for flow in self.world.flows:
            flow.steps.close()
        self.world.bury()


TestPolicy = Policy.TestCase
TestPolicy.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    database=None,
)


@pytest.mark.parametrize("block", range(4))
def test_random_schedules_of_faults_break_no_promise(block):
    for number in range(SCHEDULES // 4):
        seed = block * 1_000_000 + number
        chance = random.Random(seed)
        world = World(rpm=chance.choice([20, 75, 500]))
        names = sorted(OUTCOMES)
        weights = [chance.choice([0, 1, 5]) for _ in names]
        weights[0] += 1
        for _ in range(60):
            action = chance.random()
            if action < 0.3:
                for _ in range(chance.randint(1, 6)):
                    world.start(chance.randrange(3), chance.choice(list(Safety)), chance.randrange(1000))
            elif action < 0.75 and world.flows:
                for flow in chance.sample(world.flows, min(len(world.flows), chance.randint(1, 8))):
                    world.respond(flow, chance.choices(names, weights)[0])
            elif action < 0.8 and world.flows:
                world.interrupt(chance.choice(world.flows))
            elif action < 0.83:
                world.kill(chance.randrange(3))
            elif action < 0.86:
                world.clock.wrong += chance.choice([3600, -3600])
            else:
                world.pass_time(chance.choice([0.05, 0.5, 5, 20, 31, 62]))
            world.check()
        for flow in list(world.flows):
            flow.steps.close()
        assert world.ledger is not None
        world.bury()
