/** What failures, pauses and probes do to the breaker, told row by row. */

export const HEALTH_STORIES: Readonly<Record<string, string>> = {
  'a trip opens the breaker, and its probe closes it': `
    closed        trip @10 >70 cause=slow_rate  open.cooling  \\
      g+1 trip=10..70 trips=1 cause=slow_rate
    open.cooling  probe.due @70                 half_open     g+1
    half_open     probe.succeeded @71           closed        g+1 healed
  `,

  'a probe is due at its instant, not a second before': `
    closed        trip @10 >70        open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling  probe.due @69       open.cooling
    open.cooling  probe.due @70       half_open     g+1
  `,

  'a probe is due long after its instant too': `
    closed        trip @10 >70        open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling  probe.due @9000     half_open     g+1
  `,

  'a failed probe opens again, and the trips add up until the breaker closes': `
    closed        trip @10 >70                       open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling  probe.due @70                      half_open     g+1
    half_open     probe.failed @71 >191 cause=probe_failed   open.cooling  \\
      g+1 trip=71..191 trips=2 cause=probe_failed
    open.cooling  probe.due @191                     half_open     g+1
    half_open     probe.failed @251 >500 cause=probe_expired  open.cooling  \\
      g+1 trip=251..500 trips=3 cause=probe_expired
    open.cooling  probe.due @500                     half_open     g+1
    half_open     probe.succeeded @501               closed        g+1 healed
  `,

  'as many probes as needed must succeed, and a new round begins at none': `
    closed        trip @10 >70                 open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling  probe.due @70                half_open     g+1
    half_open     probe.succeeded @71 needed=3  half_open     passed=1
    half_open     probe.succeeded @72 needed=3  half_open     passed=2
    half_open     probe.failed @73 >133 cause=probe_failed  open.cooling  \\
      g+1 trip=73..133 trips=2 cause=probe_failed
    open.cooling  probe.due @133               half_open     g+1 passed=0
    half_open     probe.succeeded @134 needed=3  half_open   passed=1
    half_open     probe.succeeded @135 needed=3  half_open   passed=2
    half_open     probe.succeeded @136 needed=3  closed      g+1 healed
  `,

  'what was needed may change while probes run': `
    closed        trip @10 >70                   open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling  probe.due @70                  half_open     g+1
    half_open     probe.succeeded @71 needed=9   half_open     passed=1
    half_open     probe.succeeded @72 needed=2   closed        g+1 healed
  `,

  'an outcome of an earlier generation moves nothing in any state': `
    closed        ~trip @10 >70             closed
    closed        ~rate_limited @10 >70     closed
    closed        ~key.rejected @10         closed
    closed        ~quota.exhausted @10      closed
    closed        budget.warned @11         budget_limited  budget=warned
    budget_limited  ~trip @12 >70           budget_limited
    budget_limited  ~rate_limited @12 >70   budget_limited
    budget_limited  budget.recovered @13    closed          budget=ok
    closed        trip @20 >80              open.cooling  \\
      g+1 trip=20..80 trips=1 cause=consecutive_failures
    open.cooling  ~probe.succeeded @21      open.cooling
    open.cooling  ~probe.failed @21 >99     open.cooling
    open.cooling  ~key.rejected @21         open.cooling
    open.cooling  probe.due @80             half_open     g+1
    half_open     ~probe.succeeded @81      half_open
    half_open     ~probe.failed @81 >200    half_open
    half_open     ~rate_limited @81 >200    half_open
    half_open     ~quota.exhausted @81      half_open
  `,

  'a second trip while open is no news': `
    closed        trip @10 >70        open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling  trip @11 >900       open.cooling
    open.cooling  probe.succeeded @11  open.cooling
    open.cooling  probe.failed @11 >900  open.cooling
    open.cooling  probe.due @70       half_open     g+1
    half_open     trip @71 >900       half_open
    half_open     probe.due @71       half_open
  `,

  'a pause that the provider asks for opens without being a trip': `
    closed        rate_limited @10 >40      open.cooling  \\
      g+1 trip=10..40 cause=rate_limited
    open.cooling  probe.due @40             half_open     g+1
    half_open     probe.succeeded @41       closed        g+1 healed
  `,

  'of many pauses the last to end holds, whatever call heard of it': `
    closed        rate_limited @10 >40      open.cooling  \\
      g+1 trip=10..40 cause=rate_limited
    open.cooling  rate_limited @11 >30      open.cooling
    open.cooling  rate_limited @11 >40      open.cooling
    open.cooling  ~rate_limited @12 >50     open.cooling  trip=10..50
    open.cooling  rate_limited @13 >60      open.cooling  trip=10..60
    open.cooling  probe.due @50             open.cooling
    open.cooling  probe.due @60             half_open     g+1
  `,

  'a pause during a probe proves the provider reachable: the trips do not add up': `
    closed        trip @10 >70              open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling  probe.due @70             half_open     g+1
    half_open     rate_limited @71 >90      open.cooling  \\
      g+1 trip=71..90 cause=rate_limited
    open.cooling  probe.due @90             half_open     g+1
  `,

  'a trip never ends before a pause that was asked for': `
    closed          budget.exceeded @5      open.exhausted  budget=exceeded
    open.exhausted  rate_limited @10 >300   open.exhausted  trip=10..300 cause=rate_limited
    open.exhausted  trip @11 >71            open.exhausted  \\
      trip=11..300 trips=1 cause=consecutive_failures
    open.exhausted  rate_limited @12 >100   open.exhausted  trip=12..300 cause=rate_limited
  `,
};
