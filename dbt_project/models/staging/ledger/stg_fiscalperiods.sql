{{ typed('fiscalperiods', [
    ['fiscal_period_id', 'id'],
    ['period_type', 'type'],
    ['starting_date', 'startingDate', 'date'],
    ['ending_date', 'endingDate', 'date'],
], key=['fiscal_period_id']) }}
