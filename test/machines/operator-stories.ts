/** Who holds the breaker open by hand, and what lifts it. */

export const OPERATOR_STORIES: Readonly<Record<string, string>> = {
  'an operator opens, and reset begins anew': `
    closed        operator.force_open @1 by=ann  open.latched  g+1 act latches=operator
    open.latched  operator.reset @2 by=ann       closed        g+1 act healed latches=
  `,

  'an operator opens, and force_close closes': `
    closed        operator.force_open @1   open.latched  g+1 act latches=operator
    open.latched  operator.force_close @2  closed        g+1 act healed latches=
  `,

  'an operator who says it again replaces the reason': `
    closed        operator.force_open @1 by=ann reason=first  open.latched  \\
      g+1 act latches=operator
    open.latched  operator.force_open @2 by=bob reason=again  open.latched  \\
      g+1 act latches=operator
  `,

  'a latch is stronger than a trip, and force_close lifts both': `
    closed        trip @10 >70             open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling  operator.force_open @11  open.latched  g+1 act latches=operator
    open.latched  probe.due @70            open.latched
    open.latched  rate_limited @12 >900    open.latched
    open.latched  trip @12 >900            open.latched
    open.latched  operator.force_close @80  closed       g+1 act healed latches=
  `,

  'force_close lifts an unresolved trip, reset does too': `
    closed        trip @10 >70             open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling  operator.force_close @11  closed       g+1 act healed
    closed        trip @20 >80             open.cooling  \\
      g+1 trip=20..80 trips=1 cause=consecutive_failures
    open.cooling  probe.due @80            half_open     g+1
    half_open     operator.reset @81       closed        g+1 act healed
  `,

  'force_close on a closed breaker changes nothing but the count of acts': `
    closed          operator.force_close @1  closed          act
    closed          budget.warned @2         budget_limited  budget=warned
    budget_limited  operator.force_close @3  budget_limited  act
  `,

  'reset on a closed breaker begins a new generation, so that counts are forgotten': `
    closed          operator.reset @1        closed          g+1 act healed
    closed          budget.warned @2         budget_limited  budget=warned
    budget_limited  operator.reset @3        budget_limited  g+1 act healed
  `,

  'no operator can wish money back': `
    closed          budget.exceeded @1       open.exhausted  budget=exceeded
    open.exhausted  operator.force_close @2  open.exhausted  g+1 act healed
    open.exhausted  operator.reset @3        open.exhausted  g+1 act healed
    open.exhausted  operator.force_open @4   open.latched    g+1 act latches=operator
    open.latched    operator.reset @5        open.exhausted  g+1 act healed latches=
    open.exhausted  budget.recovered @6      closed          budget=ok
  `,

  'the level of the budget is remembered under a latch': `
    closed          operator.force_open @1   open.latched    g+1 act latches=operator
    open.latched    budget.warned @2         open.latched    budget=warned
    open.latched    budget.exceeded @3       open.latched    budget=exceeded
    open.latched    budget.recovered @4      open.latched    budget=ok
    open.latched    budget.warned @5         open.latched    budget=warned
    open.latched    operator.force_close @6  budget_limited  g+1 act healed latches=
  `,

  'a rejected key is lifted by a new one': `
    closed        key.rejected @1 reason=E401  open.latched  g+1 latches=unauthorized
    open.latched  key.rotated @2               closed        g+1 act latches=
  `,

  'an empty account is lifted by a new key, and by reset': `
    closed          budget.warned @1           budget_limited  budget=warned
    budget_limited  quota.exhausted @2         open.latched    g+1 latches=quota
    open.latched    key.rotated @3             budget_limited  g+1 act latches=
    budget_limited  quota.exhausted @4         open.latched    g+1 latches=quota
    open.latched    operator.reset @5          budget_limited  g+1 act healed latches=
  `,

  'latches add up, the strongest is shown first, and each waits for what lifts it': `
    closed        quota.exhausted @1         open.latched  g+1 latches=quota
    open.latched  key.rejected @2            open.latched  g+1 latches=unauthorized+quota
    open.latched  operator.force_open @3     open.latched  \\
      g+1 act latches=operator+unauthorized+quota
    open.latched  emergency.shutdown @4      open.latched  \\
      g+1 act latches=emergency+operator+unauthorized+quota
    open.latched  key.rotated @5             open.latched  act latches=emergency+operator
    open.latched  key.rotated @6             open.latched
    open.latched  operator.force_close @7    open.latched  g+1 act healed latches=emergency
    open.latched  operator.reset @8          open.latched  g+1 act healed
    open.latched  emergency.resumed @9       closed        g+1 act latches=
  `,

  'an emergency is lifted by the end of the emergency alone': `
    closed        emergency.shutdown @1      open.latched  g+1 act latches=emergency
    open.latched  operator.force_close @2    open.latched  g+1 act healed
    open.latched  operator.reset @3          open.latched  g+1 act healed
    open.latched  key.rotated @4             open.latched
    open.latched  emergency.resumed @5       closed        g+1 act latches=
  `,

  'the end of an emergency leaves the operator': `
    closed        operator.force_open @1     open.latched  g+1 act latches=operator
    open.latched  emergency.resumed @2       open.latched
    open.latched  emergency.shutdown @3      open.latched  g+1 act latches=emergency+operator
    open.latched  emergency.resumed @4       open.latched  act latches=operator
  `,

  'under a lifted latch lies the trip of before, with its wait': `
    closed        trip @10 >70               open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling  emergency.shutdown @20     open.latched  g+1 act latches=emergency
    open.latched  emergency.resumed @69      open.cooling  g+1 act latches=
    open.cooling  emergency.shutdown @69     open.latched  g+1 act latches=emergency
    open.latched  emergency.resumed @70      half_open     g+1 act latches=
  `,

  'under a lifted key lies the trip of before, or the budget': `
    closed        trip @10 >70               open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling  probe.due @70              half_open     g+1
    half_open     key.rejected @71           open.latched  g+1 latches=unauthorized
    open.latched  key.rotated @72            half_open     g+1 act latches=
    half_open     probe.failed @73 >133 cause=probe_failed  open.cooling  \\
      g+1 trip=73..133 trips=2 cause=probe_failed
    open.cooling  key.rejected @74           open.latched  g+1 latches=unauthorized
    open.latched  key.rotated @75            open.cooling  g+1 act latches=
    open.cooling  quota.exhausted @76        open.latched  g+1 latches=quota
    open.latched  budget.exceeded @77        open.latched  budget=exceeded
    open.latched  key.rotated @78            open.exhausted  act latches=
    open.exhausted  emergency.shutdown @79   open.latched  g+1 act latches=emergency
    open.latched  emergency.resumed @80      open.exhausted  act latches=
  `,

  'the end of an emergency finds a strained budget': `
    closed        emergency.shutdown @1      open.latched    g+1 act latches=emergency
    open.latched  budget.warned @2           open.latched    budget=warned
    open.latched  emergency.resumed @3       budget_limited  g+1 act latches=
  `,

  'a new key or the end of an emergency says nothing to a breaker that is not latched': `
    closed        key.rotated @1             closed
    closed        emergency.resumed @2       closed
    closed        trip @10 >70               open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling  key.rotated @11            open.cooling
    open.cooling  emergency.resumed @12      open.cooling
    open.cooling  probe.due @70              half_open     g+1
    half_open     key.rotated @71            half_open
    half_open     emergency.resumed @72      half_open
  `,
};
