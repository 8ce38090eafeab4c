/** What money does to the breaker: it says nothing about the dependency's health. */

export const BUDGET_STORIES: Readonly<Record<string, string>> = {
  'money comes and goes within one generation': `
    closed          budget.warned @1     budget_limited  budget=warned
    budget_limited  budget.warned @2     budget_limited
    budget_limited  budget.exceeded @3   open.exhausted  budget=exceeded
    open.exhausted  budget.exceeded @4   open.exhausted
    open.exhausted  budget.warned @5     budget_limited  budget=warned
    budget_limited  budget.recovered @6  closed          budget=ok
    closed          budget.recovered @7  closed
    closed          budget.exceeded @8   open.exhausted  budget=exceeded
    open.exhausted  budget.recovered @9  closed          budget=ok
  `,

  'a strained breaker trips and asks for pauses as a closed one does': `
    closed          budget.warned @1       budget_limited  budget=warned
    budget_limited  trip @10 >70           open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling    probe.due @70          half_open       g+1
    half_open       probe.succeeded @71    budget_limited  g+1 healed
    budget_limited  rate_limited @80 >90   open.cooling  \\
      g+1 trip=80..90 cause=rate_limited
    open.cooling    probe.due @90          half_open       g+1
    half_open       probe.succeeded @91    budget_limited  g+1 healed
  `,

  'the level of the budget is remembered while a trip is unresolved': `
    closed        trip @10 >70           open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling  budget.warned @11      open.cooling  budget=warned
    open.cooling  budget.recovered @12   open.cooling  budget=ok
    open.cooling  probe.due @70          half_open     g+1
    half_open     budget.warned @71      half_open     budget=warned
    half_open     probe.succeeded @72 needed=2  half_open  passed=1
    half_open     budget.recovered @73   half_open     budget=ok
    half_open     budget.warned @74      half_open     budget=warned
    half_open     probe.succeeded @75 needed=2  budget_limited  g+1 healed
  `,

  'spent while cooling, the money back in time: the wait goes on': `
    closed          trip @10 >70           open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling    budget.exceeded @20    open.exhausted  budget=exceeded
    open.exhausted  probe.due @70          open.exhausted
    open.exhausted  budget.recovered @69   open.cooling    g+1 budget=ok
    open.cooling    probe.due @70          half_open       g+1
  `,

  'spent while cooling, some money back in time: the wait goes on, strained': `
    closed          trip @10 >70           open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling    budget.exceeded @20    open.exhausted  budget=exceeded
    open.exhausted  budget.warned @69      open.cooling    g+1 budget=warned
    open.cooling    probe.due @70          half_open       g+1
    half_open       probe.succeeded @71    budget_limited  g+1 healed
  `,

  'spent while cooling, the money back after the wait: a probe at once': `
    closed          trip @10 >70           open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling    budget.exceeded @20    open.exhausted  budget=exceeded
    open.exhausted  budget.recovered @70   half_open       g+1 budget=ok
    half_open       probe.succeeded @71    closed          g+1 healed
  `,

  'spent while half open, some money back: another round of probes': `
    closed          trip @10 >70           open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling    probe.due @70          half_open       g+1
    half_open       probe.succeeded @71 needed=2  half_open  passed=1
    half_open       budget.exceeded @72    open.exhausted  budget=exceeded
    open.exhausted  probe.succeeded @73 needed=2  open.exhausted
    open.exhausted  probe.failed @73 >133  open.exhausted
    open.exhausted  budget.warned @80      half_open       g+1 passed=0 budget=warned
  `,

  'a call still in flight when the money ran out may trip the breaker': `
    closed          budget.exceeded @1     open.exhausted  budget=exceeded
    open.exhausted  ~trip @2 >62           open.exhausted
    open.exhausted  ~rate_limited @2 >62   open.exhausted
    open.exhausted  trip @2 >62 cause=failure_rate  open.exhausted  \\
      trip=2..62 trips=1 cause=failure_rate
    open.exhausted  budget.recovered @3    open.cooling    g+1 budget=ok
  `,

  'a rejected key outranks a spent budget, and leaves it remembered': `
    closed          budget.exceeded @1     open.exhausted  budget=exceeded
    open.exhausted  key.rejected @2        open.latched    g+1 latches=unauthorized
    open.latched    key.rotated @3         open.exhausted  act latches=
  `,
};
