"""The account and its keys: `v.account`, `v.keys`."""

from __future__ import annotations

from venice_nb import account
from venice_nb.binding import AsyncRoom, Room, awaits, does


class Account(Room):
    """What the account has, may do and spent: `v.account.balance()`, `v.account.usage(days=7)`."""

    balance = does(account.balance)
    limits = does(account.limits)
    limit_log = does(account.limit_log)
    usage = does(account.usage)
    history = does(account.history)


class AsyncAccount(AsyncRoom):
    """What the account has, may do and spent: `await a.account.balance()`."""

    balance = awaits(account.balance)
    limits = awaits(account.limits)
    limit_log = awaits(account.limit_log)
    usage = awaits(account.usage)
    history = awaits(account.history)


class Keys(Room):
    """The keys of the account: `v.keys()` is a table, `v.keys.create("ci", limit_usd=5)` a new one."""

    __call__ = does(account.keys)
    get = does(account.get)
    create = does(account.create)
    update = does(account.update)
    delete = does(account.delete)


class AsyncKeys(AsyncRoom):
    """The keys of the account: `await a.keys()` is a table."""

    __call__ = awaits(account.keys)
    get = awaits(account.get)
    create = awaits(account.create)
    update = awaits(account.update)
    delete = awaits(account.delete)
