with accounts as (
    {{ typed('accountbalances', [
        ['account_id', 'account.id'],
        ['account_number', 'account.number', 'integer'],
        ['account_name', 'account.name'],
        ['balances', 'balances', [
            {'date': 'VARCHAR', 'opening': 'DECIMAL(38,10)', 'change': 'DECIMAL(38,10)', 'closing': 'DECIMAL(38,10)'}
        ]],
    ], decides=['account_number'], keep=['page'], key=['account_id', 'page']) | indent(4) }}
),

balances as (
    select
        accounts.* exclude (balances),
        -- an account whose balances could not be read keeps one row, or what was lost would be lost with it
        {{ one_row_each('accounts.balances', at_least_one='accounts._lost is not null') }} as balance
    from accounts
)

select
    balances.organization_id,
    balances.partition_date,
    balances.account_id,
    balances.account_number,
    balances.account_name,
    balances.page as request,
    {{ typed_value('balances.balance."date"', 'date') }} as balance_date,
    balances.balance.opening as opening_balance,
    balances.balance.change,
    balances.balance.closing as closing_balance,
    balances._digest,
    balances._ordinal,
    balances._unread,
    coalesce(balances._lost, case when balance_date is null then 'balances.date' end) as _lost
from balances
