/** What another process that shares the breaker's row has come to: who knows more wins. */

export const PEER_STORIES: Readonly<Record<string, string>> = {
  'a peer that tripped opens this breaker too, for as long': `
    closed        peer.changed @10 >70 epoch=0 since=9 trips=2 cause=failure_rate  open.cooling  \\
      g+1 trip=9..70 trips=2 cause=failure_rate
    open.cooling  probe.due @70   half_open   g+1
  `,

  'of two trips the one that ends later stands': `
    closed        trip @10 >70     open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling  peer.changed @11 >69 epoch=0 since=9 trips=5 cause=custom   open.cooling
    open.cooling  peer.changed @11 >70 epoch=0 since=9 trips=5 cause=custom   open.cooling
    open.cooling  peer.changed @11 >71 epoch=0 since=9 trips=5 cause=custom   open.cooling  \\
      g+1 trip=9..71 trips=5 cause=custom
  `,

  'an end that lies behind says nothing': `
    closed        peer.changed @80 >70 epoch=0 since=10 trips=1 cause=custom  closed
    closed        peer.changed @70 >70 epoch=0 since=10 trips=1 cause=custom  closed
    closed        peer.changed @70 epoch=0  closed
  `,

  'a probe of our own is given up for a later end, and its round forgotten': `
    closed        trip @10 >70                   open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling  probe.due @70                  half_open     g+1
    half_open     probe.succeeded @71 needed=2   half_open     passed=1
    half_open     peer.changed @72 >130 epoch=0 since=71 trips=2 cause=probe_failed  \\
      open.cooling  g+1 passed=0 trip=71..130 trips=2 cause=probe_failed
  `,

  'a latch of a peer holds here too': `
    closed        peer.changed @10 epoch=1 latches=operator  open.latched  \\
      g+1 epoch=1 latches=operator
    open.latched  operator.reset @20    closed   g+1 act healed latches=
  `,

  'a latch that no operator set holds for ever, so it wins at equal epochs': `
    closed        trip @10 >70       open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling  peer.changed @11 epoch=0 latches=quota+unauthorized  open.latched  \\
      g+1 healed latches=unauthorized+quota
    open.latched  peer.changed @12 >900 epoch=0 since=11 trips=1 cause=custom  open.latched
    open.latched  peer.changed @12 epoch=0 latches=quota   open.latched
  `,

  'a higher epoch wins whatever it says: an operator closed elsewhere': `
    closed        operator.force_open @1          open.latched  g+1 act latches=operator
    open.latched  peer.changed @2 epoch=1         open.latched
    open.latched  peer.changed @3 epoch=2         closed        g+1 epoch=2 latches=
    closed        trip @10 >70                    open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling  peer.changed @11 epoch=3        closed        g+1 epoch=3 healed
  `,

  'a lower epoch loses whatever it says': `
    closed        operator.force_close @1          closed        act
    closed        operator.force_close @2          closed        act
    closed        peer.changed @3 epoch=1 latches=operator  closed
    closed        peer.changed @3 >900 epoch=1 since=2 trips=1 cause=custom  closed
  `,

  'an operator closed elsewhere, here the budget is strained': `
    closed          budget.warned @1               budget_limited  budget=warned
    budget_limited  trip @10 >70                   open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling    peer.changed @11 epoch=1       budget_limited  g+1 epoch=1 healed
  `,

  'a spent budget here outranks the trip of a peer, which is remembered': `
    closed          budget.exceeded @1   open.exhausted  budget=exceeded
    open.exhausted  peer.changed @10 >70 epoch=0 since=9 trips=1 cause=custom  open.exhausted  \\
      g+1 trip=9..70 trips=1 cause=custom
    open.exhausted  budget.recovered @20   open.cooling  g+1 budget=ok
  `,

  'a trip after an operator acted elsewhere': `
    closed        trip @10 >70           open.cooling  \\
      g+1 trip=10..70 trips=1 cause=consecutive_failures
    open.cooling  peer.changed @20 >40 epoch=1 since=19 trips=1 cause=custom  open.cooling  \\
      g+1 epoch=1 trip=19..40 cause=custom
    open.cooling  probe.due @40          half_open     g+1
  `,
};
