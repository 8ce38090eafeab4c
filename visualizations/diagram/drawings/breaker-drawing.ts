/** The breaker's drawing, made by `npm run diagrams`: do not edit. */
import type { Drawing } from '../drawing.ts';

export const BREAKER_DRAWING: Drawing = {
 "chartId": "breaker",
 "width": 1984,
 "height": 1517,
 "states": [
  {
   "id": "breaker",
   "key": "breaker",
   "name": "breaker",
   "kind": "compound",
   "isRegion": false,
   "history": null,
   "hasStates": true,
   "depth": 0,
   "lines": [],
   "description": "Guards one dependency that can fail and costs money.",
   "title": "breaker\nGuards one dependency that can fail and costs money.",
   "x": 12,
   "y": 12,
   "width": 1960,
   "height": 1493
  },
  {
   "id": "breaker.closed",
   "key": "closed",
   "name": "closed",
   "kind": "atomic",
   "isRegion": false,
   "history": null,
   "hasStates": false,
   "depth": 1,
   "lines": [
    "#admit"
   ],
   "description": "The dependency is healthy: every call is admitted.",
   "title": "closed\nThe dependency is healthy: every call is admitted.\n#admit",
   "x": 1114,
   "y": 184,
   "width": 177,
   "height": 77
  },
  {
   "id": "breaker.budget_limited",
   "key": "budget_limited",
   "name": "budget_limited",
   "kind": "atomic",
   "isRegion": false,
   "history": null,
   "hasStates": false,
   "depth": 1,
   "lines": [
    "#limited"
   ],
   "description": "Healthy, but the budget is strained: calls are paced and marked degraded.",
   "title": "budget_limited\nHealthy, but the budget is strained: calls are paced and marked degraded.\n#limited",
   "x": 1340,
   "y": 1410,
   "width": 177,
   "height": 77
  },
  {
   "id": "breaker.open",
   "key": "open",
   "name": "open",
   "kind": "compound",
   "isRegion": false,
   "history": null,
   "hasStates": true,
   "depth": 1,
   "lines": [
    "#refuse"
   ],
   "description": "Calls are refused.",
   "title": "open\nCalls are refused.\n#refuse",
   "x": 637,
   "y": 466,
   "width": 934,
   "height": 635
  },
  {
   "id": "breaker.open.cooling",
   "key": "cooling",
   "name": "open.cooling",
   "kind": "atomic",
   "isRegion": false,
   "history": null,
   "hasStates": false,
   "depth": 2,
   "lines": [
    "entry / nextGeneration"
   ],
   "description": "Tripped: refused until the instant of the first probe.",
   "title": "open.cooling\nTripped: refused until the instant of the first probe.\nentry / nextGeneration",
   "x": 668,
   "y": 796,
   "width": 197,
   "height": 109
  },
  {
   "id": "breaker.open.exhausted",
   "key": "exhausted",
   "name": "open.exhausted",
   "kind": "atomic",
   "isRegion": false,
   "history": null,
   "hasStates": false,
   "depth": 2,
   "lines": [],
   "description": "No money is left in a budget: refused until it recovers.",
   "title": "open.exhausted\nNo money is left in a budget: refused until it recovers.",
   "x": 970,
   "y": 1009,
   "width": 193,
   "height": 74
  },
  {
   "id": "breaker.open.latched",
   "key": "latched",
   "name": "open.latched",
   "kind": "atomic",
   "isRegion": false,
   "history": null,
   "hasStates": false,
   "depth": 2,
   "lines": [
    "entry / nextGeneration"
   ],
   "description": "Held open by an operator, an emergency, or a key that needs a human.",
   "title": "open.latched\nHeld open by an operator, an emergency, or a key that needs a human.\nentry / nextGeneration",
   "x": 1278,
   "y": 539,
   "width": 263,
   "height": 173
  },
  {
   "id": "breaker.half_open",
   "key": "half_open",
   "name": "half_open",
   "kind": "atomic",
   "isRegion": false,
   "history": null,
   "hasStates": false,
   "depth": 1,
   "lines": [
    "entry / nextGeneration, forgetProbes",
    "#probe"
   ],
   "description": "A few probes decide whether the dependency is back.",
   "title": "half_open\nA few probes decide whether the dependency is back.\nentry / nextGeneration, forgetProbes\n#probe",
   "x": 536,
   "y": 1208,
   "width": 228,
   "height": 124
  }
 ],
 "edges": [
  {
   "id": "i0",
   "sourceId": "breaker",
   "targetId": "breaker.closed",
   "kind": "initial",
   "form": "arrow",
   "transitions": [],
   "shownCount": 0,
   "heading": null,
   "points": [
    { "x": 1232, "y": 162 },
    { "x": 1232, "y": 184 }
   ],
   "label": null
  },
  {
   "id": "i1",
   "sourceId": "breaker.open",
   "targetId": "breaker.open.cooling",
   "kind": "initial",
   "form": "arrow",
   "transitions": [],
   "shownCount": 0,
   "heading": null,
   "points": [
    { "x": 781, "y": 774 },
    { "x": 781, "y": 796 }
   ],
   "label": null
  },
  {
   "id": "e0",
   "sourceId": "breaker",
   "targetId": "breaker.open.latched",
   "kind": "event",
   "form": "from-label",
   "transitions": [
    {
     "id": "breaker --operator.force_open--> open.latched",
     "text": "operator.force_open",
     "eventLength": 19,
     "title": "operator.force_open\nbreaker → open.latched\ndoes latch, countOperatorAct\nAn operator holds the breaker open until reset or force_close."
    },
    {
     "id": "breaker --emergency.shutdown--> open.latched",
     "text": "emergency.shutdown",
     "eventLength": 18,
     "title": "emergency.shutdown\nbreaker → open.latched\ndoes latch, countOperatorAct\nThe whole board was shut down."
    },
    {
     "id": "breaker --key.rejected--> open.latched",
     "text": "key.rejected [isCurrent]",
     "eventLength": 12,
     "title": "key.rejected [isCurrent]\nbreaker → open.latched\ndoes latch\nThe provider rejected the key: nothing helps until it is rotated."
    },
    {
     "id": "breaker --quota.exhausted--> open.latched",
     "text": "quota.exhausted [isCurrent]",
     "eventLength": 15,
     "title": "quota.exhausted [isCurrent]\nbreaker → open.latched\ndoes latch\nThe account behind the key is out of credit."
    },
    {
     "id": "breaker --operator.force_close[0]--> open.latched",
     "text": "operator.force_close [staysLatched]",
     "eventLength": 20,
     "title": "operator.force_close [staysLatched]\nbreaker → open.latched\ndoes liftLatches, heal, countOperatorAct\nCauses of health are lifted, the emergency still holds."
    },
    {
     "id": "breaker --operator.reset[0]--> open.latched",
     "text": "operator.reset [staysLatched]",
     "eventLength": 14,
     "title": "operator.reset [staysLatched]\nbreaker → open.latched\ndoes liftLatches, heal, countOperatorAct\nStart anew, but the emergency still holds."
    },
    {
     "id": "breaker --peer.changed[1]--> open.latched",
     "text": "peer.changed [isPeerLatched]",
     "eventLength": 12,
     "title": "peer.changed [isPeerLatched]\nbreaker → open.latched\ndoes adoptPeer\nAnother process latched the breaker."
    }
   ],
   "shownCount": 7,
   "heading": "from any state",
   "points": [
    { "x": 1416, "y": 439 },
    { "x": 1416, "y": 449 },
    { "x": 1410, "y": 449 },
    { "x": 1410, "y": 539 }
   ],
   "label": {
    "x": 1293,
    "y": 301,
    "width": 246,
    "height": 138
   }
  },
  {
   "id": "e1",
   "sourceId": "breaker",
   "targetId": "breaker.open.exhausted",
   "kind": "event",
   "form": "from-label",
   "transitions": [
    {
     "id": "breaker --operator.force_close[1]--> open.exhausted",
     "text": "operator.force_close [isBudgetExceeded]",
     "eventLength": 20,
     "title": "operator.force_close [isBudgetExceeded]\nbreaker → open.exhausted\ndoes liftLatches, countOperatorAct, heal, nextGeneration\nHealth is restored, the budget is still spent."
    },
    {
     "id": "breaker --operator.reset[1]--> open.exhausted",
     "text": "operator.reset [isBudgetExceeded]",
     "eventLength": 14,
     "title": "operator.reset [isBudgetExceeded]\nbreaker → open.exhausted\ndoes liftLatches, countOperatorAct, heal, nextGeneration\nHealth is restored, the budget is still spent."
    },
    {
     "id": "breaker --peer.changed[2]--> open.exhausted",
     "text": "peer.changed [isBudgetExceeded]",
     "eventLength": 12,
     "title": "peer.changed [isBudgetExceeded]\nbreaker → open.exhausted\ndoes adoptPeer, nextGeneration\nAnother process knows more, here the budget is spent."
    }
   ],
   "shownCount": 3,
   "heading": "from any state",
   "points": [
    { "x": 975, "y": 439 },
    { "x": 975, "y": 451 },
    { "x": 1080, "y": 451 },
    { "x": 1080, "y": 979 },
    { "x": 1067, "y": 979 },
    { "x": 1067, "y": 1009 }
   ],
   "label": {
    "x": 837,
    "y": 365,
    "width": 275,
    "height": 74
   }
  },
  {
   "id": "e2",
   "sourceId": "breaker",
   "targetId": "breaker.budget_limited",
   "kind": "event",
   "form": "from-label",
   "transitions": [
    {
     "id": "breaker --operator.force_close[2]--> budget_limited",
     "text": "operator.force_close [isBudgetWarned]",
     "eventLength": 20,
     "title": "operator.force_close [isBudgetWarned]\nbreaker → budget_limited\ndoes liftLatches, countOperatorAct, heal, nextGeneration\nHealth is restored, the budget is still strained."
    },
    {
     "id": "breaker --operator.reset[2]--> budget_limited",
     "text": "operator.reset [isBudgetWarned]",
     "eventLength": 14,
     "title": "operator.reset [isBudgetWarned]\nbreaker → budget_limited\ndoes liftLatches, countOperatorAct, heal, nextGeneration\nHealth is restored, the budget is still strained."
    },
    {
     "id": "breaker --peer.changed[4]--> budget_limited",
     "text": "peer.changed [isBudgetWarned]",
     "eventLength": 12,
     "title": "peer.changed [isBudgetWarned]\nbreaker → budget_limited\ndoes adoptPeer, nextGeneration\nAn operator closed the breaker elsewhere, here the budget is strained."
    }
   ],
   "shownCount": 3,
   "heading": "from any state",
   "points": [
    { "x": 1294, "y": 1360 },
    { "x": 1294, "y": 1370 },
    { "x": 1419, "y": 1370 },
    { "x": 1419, "y": 1410 }
   ],
   "label": {
    "x": 1162,
    "y": 1286,
    "width": 264,
    "height": 74
   }
  },
  {
   "id": "e3",
   "sourceId": "breaker",
   "targetId": "breaker.closed",
   "kind": "event",
   "form": "from-label",
   "transitions": [
    {
     "id": "breaker --operator.force_close[3]--> closed",
     "text": "operator.force_close",
     "eventLength": 20,
     "title": "operator.force_close\nbreaker → closed\ndoes liftLatches, countOperatorAct, heal, nextGeneration\nHealth is restored: admit again."
    },
    {
     "id": "breaker --operator.reset[3]--> closed",
     "text": "operator.reset",
     "eventLength": 14,
     "title": "operator.reset\nbreaker → closed\ndoes liftLatches, countOperatorAct, heal, nextGeneration\nHealth is restored: admit again."
    },
    {
     "id": "breaker --peer.changed[5]--> closed",
     "text": "peer.changed",
     "eventLength": 12,
     "title": "peer.changed\nbreaker → closed\ndoes adoptPeer, nextGeneration\nAn operator closed the breaker elsewhere."
    }
   ],
   "shownCount": 3,
   "heading": "from any state",
   "points": [
    { "x": 1128, "y": 162 },
    { "x": 1128, "y": 174 },
    { "x": 1173, "y": 174 },
    { "x": 1173, "y": 184 }
   ],
   "label": {
    "x": 1047,
    "y": 88,
    "width": 161,
    "height": 74
   }
  },
  {
   "id": "e5",
   "sourceId": "breaker",
   "targetId": "breaker.open.cooling",
   "kind": "event",
   "form": "from-label",
   "transitions": [
    {
     "id": "breaker --peer.changed[3]--> open.cooling",
     "text": "peer.changed [isPeerTripped]",
     "eventLength": 12,
     "title": "peer.changed [isPeerTripped]\nbreaker → open.cooling\ndoes adoptPeer\nAnother process tripped, for longer."
    }
   ],
   "shownCount": 1,
   "heading": "from any state",
   "points": [
    { "x": 518, "y": 411 },
    { "x": 518, "y": 421 },
    { "x": 752, "y": 421 },
    { "x": 752, "y": 796 }
   ],
   "label": {
    "x": 412,
    "y": 369,
    "width": 212,
    "height": 42
   }
  },
  {
   "id": "e6",
   "sourceId": "breaker.closed",
   "targetId": "breaker.open.cooling",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "closed --trip--> open.cooling",
     "text": "trip [isCurrent]",
     "eventLength": 4,
     "title": "trip [isCurrent]\nclosed → open.cooling\ndoes trip\nA trip policy reached its threshold: open until the first probe."
    },
    {
     "id": "closed --rate_limited--> open.cooling",
     "text": "rate_limited [isCurrent]",
     "eventLength": 12,
     "title": "rate_limited [isCurrent]\nclosed → open.cooling\ndoes holdOff\nThe provider asked for a pause: open until the instant it named."
    }
   ],
   "shownCount": 2,
   "heading": null,
   "points": [
    { "x": 1180, "y": 261 },
    { "x": 1180, "y": 349 },
    { "x": 731, "y": 349 },
    { "x": 731, "y": 411 },
    { "x": 809, "y": 411 },
    { "x": 809, "y": 796 }
   ],
   "label": {
    "x": 642,
    "y": 359,
    "width": 177,
    "height": 42
   }
  },
  {
   "id": "e7",
   "sourceId": "breaker.closed",
   "targetId": "breaker.budget_limited",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "closed --budget.warned--> budget_limited",
     "text": "budget.warned",
     "eventLength": 13,
     "title": "budget.warned\nclosed → budget_limited\ndoes rememberBudget\nA budget passed its warning level: calls are paced."
    }
   ],
   "shownCount": 1,
   "heading": null,
   "points": [
    { "x": 1247, "y": 261 },
    { "x": 1247, "y": 281 },
    { "x": 1731, "y": 281 },
    { "x": 1731, "y": 1242 },
    { "x": 1478, "y": 1242 },
    { "x": 1478, "y": 1410 }
   ],
   "label": {
    "x": 1665,
    "y": 449,
    "width": 132,
    "height": 26
   }
  },
  {
   "id": "e8",
   "sourceId": "breaker.closed",
   "targetId": "breaker.open.exhausted",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "closed --budget.exceeded--> open.exhausted",
     "text": "budget.exceeded",
     "eventLength": 15,
     "title": "budget.exceeded\nclosed → open.exhausted\ndoes rememberBudget\nA budget that covers this breaker is spent: open until money is back."
    }
   ],
   "shownCount": 1,
   "heading": null,
   "points": [
    { "x": 1203, "y": 261 },
    { "x": 1203, "y": 449 },
    { "x": 1091, "y": 449 },
    { "x": 1091, "y": 1009 }
   ],
   "label": {
    "x": 1130,
    "y": 359,
    "width": 145,
    "height": 26
   }
  },
  {
   "id": "e10",
   "sourceId": "breaker.budget_limited",
   "targetId": "breaker.open.cooling",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "budget_limited --trip--> open.cooling",
     "text": "trip [isCurrent]",
     "eventLength": 4,
     "title": "trip [isCurrent]\nbudget_limited → open.cooling\ndoes trip\nA trip policy reached its threshold: open until the first probe."
    },
    {
     "id": "budget_limited --rate_limited--> open.cooling",
     "text": "rate_limited [isCurrent]",
     "eventLength": 12,
     "title": "rate_limited [isCurrent]\nbudget_limited → open.cooling\ndoes holdOff\nThe provider asked for a pause: open until the instant it named."
    }
   ],
   "shownCount": 2,
   "heading": null,
   "points": [
    { "x": 1360, "y": 1410 },
    { "x": 1360, "y": 1400 },
    { "x": 462, "y": 1400 },
    { "x": 462, "y": 441 },
    { "x": 696, "y": 441 },
    { "x": 696, "y": 796 }
   ],
   "label": {
    "x": 373,
    "y": 1136,
    "width": 177,
    "height": 42
   }
  },
  {
   "id": "e11",
   "sourceId": "breaker.budget_limited",
   "targetId": "breaker.closed",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "budget_limited --budget.recovered--> closed",
     "text": "budget.recovered",
     "eventLength": 16,
     "title": "budget.recovered\nbudget_limited → closed\ndoes rememberBudget\nThe budget has room again."
    }
   ],
   "shownCount": 1,
   "heading": null,
   "points": [
    { "x": 1497, "y": 1410 },
    { "x": 1497, "y": 1252 },
    { "x": 1881, "y": 1252 },
    { "x": 1881, "y": 271 },
    { "x": 1269, "y": 271 },
    { "x": 1269, "y": 261 }
   ],
   "label": {
    "x": 1807,
    "y": 281,
    "width": 147,
    "height": 26
   }
  },
  {
   "id": "e12",
   "sourceId": "breaker.budget_limited",
   "targetId": "breaker.open.exhausted",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "budget_limited --budget.exceeded--> open.exhausted",
     "text": "budget.exceeded",
     "eventLength": 15,
     "title": "budget.exceeded\nbudget_limited → open.exhausted\ndoes rememberBudget\nA budget that covers this breaker is spent: open until money is back."
    }
   ],
   "shownCount": 1,
   "heading": null,
   "points": [
    { "x": 1458, "y": 1410 },
    { "x": 1458, "y": 1232 },
    { "x": 1583, "y": 1232 },
    { "x": 1583, "y": 451 },
    { "x": 1553, "y": 451 },
    { "x": 1553, "y": 858 },
    { "x": 1139, "y": 858 },
    { "x": 1139, "y": 1009 }
   ],
   "label": {
    "x": 1510,
    "y": 1128,
    "width": 145,
    "height": 26
   }
  },
  {
   "id": "e14",
   "sourceId": "breaker.open.cooling",
   "targetId": "breaker.half_open",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "open.cooling --probe.due--> half_open",
     "text": "probe.due [isDue]",
     "eventLength": 9,
     "title": "probe.due [isDue]\nopen.cooling → half_open\nThe wait is over: let probes through."
    }
   ],
   "shownCount": 1,
   "heading": null,
   "points": [
    { "x": 717, "y": 905 },
    { "x": 717, "y": 917 },
    { "x": 666, "y": 917 },
    { "x": 666, "y": 1208 }
   ],
   "label": {
    "x": 592,
    "y": 1128,
    "width": 148,
    "height": 26
   }
  },
  {
   "id": "e16",
   "sourceId": "breaker.open.cooling",
   "targetId": "breaker.open.exhausted",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "open.cooling --budget.exceeded--> open.exhausted",
     "text": "budget.exceeded",
     "eventLength": 15,
     "title": "budget.exceeded\nopen.cooling → open.exhausted\ndoes rememberBudget\nA budget that covers this breaker is spent: open until money is back."
    }
   ],
   "shownCount": 1,
   "heading": null,
   "points": [
    { "x": 767, "y": 905 },
    { "x": 767, "y": 917 },
    { "x": 752, "y": 917 },
    { "x": 752, "y": 989 },
    { "x": 1018, "y": 989 },
    { "x": 1018, "y": 1009 }
   ],
   "label": {
    "x": 679,
    "y": 927,
    "width": 145,
    "height": 26
   }
  },
  {
   "id": "e18",
   "sourceId": "breaker.open.exhausted",
   "targetId": "breaker.open.cooling",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "open.exhausted --budget.warned[0]--> open.cooling",
     "text": "budget.warned [isProbeAhead]",
     "eventLength": 13,
     "title": "budget.warned [isProbeAhead]\nopen.exhausted → open.cooling\ndoes rememberBudget\nSome money is back, an earlier trip still has time to run."
    },
    {
     "id": "open.exhausted --budget.recovered[0]--> open.cooling",
     "text": "budget.recovered [isProbeAhead]",
     "eventLength": 16,
     "title": "budget.recovered [isProbeAhead]\nopen.exhausted → open.cooling\ndoes rememberBudget\nThe money is back, an earlier trip still has time to run."
    }
   ],
   "shownCount": 2,
   "heading": null,
   "points": [
    { "x": 1042, "y": 1009 },
    { "x": 1042, "y": 979 },
    { "x": 951, "y": 979 },
    { "x": 951, "y": 917 },
    { "x": 816, "y": 917 },
    { "x": 816, "y": 905 }
   ],
   "label": {
    "x": 834,
    "y": 927,
    "width": 234,
    "height": 42
   }
  },
  {
   "id": "e19",
   "sourceId": "breaker.open.exhausted",
   "targetId": "breaker.half_open",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "open.exhausted --budget.warned[1]--> half_open",
     "text": "budget.warned [isProbePassed]",
     "eventLength": 13,
     "title": "budget.warned [isProbePassed]\nopen.exhausted → half_open\ndoes rememberBudget\nSome money is back, an earlier trip is due for its probe."
    },
    {
     "id": "open.exhausted --budget.recovered[1]--> half_open",
     "text": "budget.recovered [isProbePassed]",
     "eventLength": 16,
     "title": "budget.recovered [isProbePassed]\nopen.exhausted → half_open\ndoes rememberBudget\nThe money is back, an earlier trip is due for its probe."
    }
   ],
   "shownCount": 2,
   "heading": null,
   "points": [
    { "x": 1067, "y": 1083 },
    { "x": 1067, "y": 1116 },
    { "x": 1019, "y": 1116 },
    { "x": 1019, "y": 1180 },
    { "x": 699, "y": 1180 },
    { "x": 699, "y": 1208 }
   ],
   "label": {
    "x": 900,
    "y": 1128,
    "width": 237,
    "height": 42
   }
  },
  {
   "id": "e20",
   "sourceId": "breaker.open.exhausted",
   "targetId": "breaker.budget_limited",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "open.exhausted --budget.warned[2]--> budget_limited",
     "text": "budget.warned",
     "eventLength": 13,
     "title": "budget.warned\nopen.exhausted → budget_limited\ndoes rememberBudget\nSome money is back."
    }
   ],
   "shownCount": 1,
   "heading": null,
   "points": [
    { "x": 1115, "y": 1083 },
    { "x": 1115, "y": 1116 },
    { "x": 1149, "y": 1116 },
    { "x": 1149, "y": 1380 },
    { "x": 1399, "y": 1380 },
    { "x": 1399, "y": 1410 }
   ],
   "label": {
    "x": 1083,
    "y": 1200,
    "width": 132,
    "height": 26
   }
  },
  {
   "id": "e21",
   "sourceId": "breaker.open.exhausted",
   "targetId": "breaker.closed",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "open.exhausted --budget.recovered[2]--> closed",
     "text": "budget.recovered",
     "eventLength": 16,
     "title": "budget.recovered\nopen.exhausted → closed\ndoes rememberBudget\nThe money is back."
    }
   ],
   "shownCount": 1,
   "heading": null,
   "points": [
    { "x": 1018, "y": 1083 },
    { "x": 1018, "y": 1116 },
    { "x": 260, "y": 1116 },
    { "x": 260, "y": 339 },
    { "x": 1158, "y": 339 },
    { "x": 1158, "y": 261 }
   ],
   "label": {
    "x": 186,
    "y": 461,
    "width": 147,
    "height": 26
   }
  },
  {
   "id": "e23",
   "sourceId": "breaker.open.latched",
   "targetId": "breaker.open.exhausted",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "open.latched --key.rotated[2]--> open.exhausted",
     "text": "key.rotated [isBudgetExceeded]",
     "eventLength": 11,
     "title": "key.rotated [isBudgetExceeded]\nopen.latched → open.exhausted\ndoes liftLatches, countOperatorAct\nThe latch is lifted, the budget is spent."
    },
    {
     "id": "open.latched --emergency.resumed[2]--> open.exhausted",
     "text": "emergency.resumed [isBudgetExceeded]",
     "eventLength": 17,
     "title": "emergency.resumed [isBudgetExceeded]\nopen.latched → open.exhausted\ndoes liftLatches, countOperatorAct\nThe latch is lifted, the budget is spent."
    }
   ],
   "shownCount": 2,
   "heading": null,
   "points": [
    { "x": 1366, "y": 712 },
    { "x": 1366, "y": 786 },
    { "x": 1325, "y": 786 },
    { "x": 1325, "y": 848 },
    { "x": 1115, "y": 848 },
    { "x": 1115, "y": 1009 }
   ],
   "label": {
    "x": 1186,
    "y": 796,
    "width": 277,
    "height": 42
   }
  },
  {
   "id": "e24",
   "sourceId": "breaker.open.latched",
   "targetId": "breaker.open.cooling",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "open.latched --key.rotated[3]--> open.cooling",
     "text": "key.rotated [isProbeAhead]",
     "eventLength": 11,
     "title": "key.rotated [isProbeAhead]\nopen.latched → open.cooling\ndoes liftLatches, countOperatorAct\nThe latch is lifted, an earlier trip still has time to run."
    },
    {
     "id": "open.latched --emergency.resumed[3]--> open.cooling",
     "text": "emergency.resumed [isProbeAhead]",
     "eventLength": 17,
     "title": "emergency.resumed [isProbeAhead]\nopen.latched → open.cooling\ndoes liftLatches, countOperatorAct\nThe latch is lifted, an earlier trip still has time to run."
    }
   ],
   "shownCount": 2,
   "heading": null,
   "points": [
    { "x": 1322, "y": 712 },
    { "x": 1322, "y": 724 },
    { "x": 1229, "y": 724 },
    { "x": 1229, "y": 786 },
    { "x": 837, "y": 786 },
    { "x": 837, "y": 796 }
   ],
   "label": {
    "x": 1104,
    "y": 734,
    "width": 250,
    "height": 42
   }
  },
  {
   "id": "e25",
   "sourceId": "breaker.open.latched",
   "targetId": "breaker.half_open",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "open.latched --key.rotated[4]--> half_open",
     "text": "key.rotated [isProbePassed]",
     "eventLength": 11,
     "title": "key.rotated [isProbePassed]\nopen.latched → half_open\ndoes liftLatches, countOperatorAct\nThe latch is lifted, an earlier trip is due for its probe."
    },
    {
     "id": "open.latched --emergency.resumed[4]--> half_open",
     "text": "emergency.resumed [isProbePassed]",
     "eventLength": 17,
     "title": "emergency.resumed [isProbePassed]\nopen.latched → half_open\ndoes liftLatches, countOperatorAct\nThe latch is lifted, an earlier trip is due for its probe."
    }
   ],
   "shownCount": 2,
   "heading": null,
   "points": [
    { "x": 1410, "y": 712 },
    { "x": 1410, "y": 786 },
    { "x": 1475, "y": 786 },
    { "x": 1475, "y": 1118 },
    { "x": 1300, "y": 1118 },
    { "x": 1300, "y": 1190 },
    { "x": 731, "y": 1190 },
    { "x": 731, "y": 1208 }
   ],
   "label": {
    "x": 1173,
    "y": 1128,
    "width": 253,
    "height": 42
   }
  },
  {
   "id": "e26",
   "sourceId": "breaker.open.latched",
   "targetId": "breaker.budget_limited",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "open.latched --key.rotated[5]--> budget_limited",
     "text": "key.rotated [isBudgetWarned]",
     "eventLength": 11,
     "title": "key.rotated [isBudgetWarned]\nopen.latched → budget_limited\ndoes liftLatches, countOperatorAct, nextGeneration\nThe latch is lifted, the budget is strained."
    },
    {
     "id": "open.latched --emergency.resumed[5]--> budget_limited",
     "text": "emergency.resumed [isBudgetWarned]",
     "eventLength": 17,
     "title": "emergency.resumed [isBudgetWarned]\nopen.latched → budget_limited\ndoes liftLatches, countOperatorAct, nextGeneration\nThe latch is lifted, the budget is strained."
    }
   ],
   "shownCount": 2,
   "heading": null,
   "points": [
    { "x": 1453, "y": 712 },
    { "x": 1453, "y": 776 },
    { "x": 1486, "y": 776 },
    { "x": 1486, "y": 1170 },
    { "x": 1438, "y": 1170 },
    { "x": 1438, "y": 1410 }
   ],
   "label": {
    "x": 1305,
    "y": 1180,
    "width": 266,
    "height": 42
   }
  },
  {
   "id": "e27",
   "sourceId": "breaker.open.latched",
   "targetId": "breaker.closed",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "open.latched --key.rotated[6]--> closed",
     "text": "key.rotated",
     "eventLength": 11,
     "title": "key.rotated\nopen.latched → closed\ndoes liftLatches, countOperatorAct, nextGeneration\nThe latch is lifted: admit again."
    },
    {
     "id": "open.latched --emergency.resumed[6]--> closed",
     "text": "emergency.resumed",
     "eventLength": 17,
     "title": "emergency.resumed\nopen.latched → closed\ndoes liftLatches, countOperatorAct, nextGeneration\nThe latch is lifted: admit again."
    }
   ],
   "shownCount": 2,
   "heading": null,
   "points": [
    { "x": 1497, "y": 712 },
    { "x": 1497, "y": 1116 },
    { "x": 1638, "y": 1116 },
    { "x": 1638, "y": 291 },
    { "x": 1225, "y": 291 },
    { "x": 1225, "y": 261 }
   ],
   "label": {
    "x": 1557,
    "y": 397,
    "width": 162,
    "height": 42
   }
  },
  {
   "id": "e28",
   "sourceId": "breaker.half_open",
   "targetId": "breaker.budget_limited",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "half_open --probe.succeeded[0]--> budget_limited",
     "text": "probe.succeeded [isLastProbeWhileWarned]",
     "eventLength": 15,
     "title": "probe.succeeded [isLastProbeWhileWarned]\nhalf_open → budget_limited\ndoes heal, nextGeneration\nEnough probes succeeded, the budget is strained."
    }
   ],
   "shownCount": 1,
   "heading": null,
   "points": [
    { "x": 650, "y": 1332 },
    { "x": 650, "y": 1390 },
    { "x": 1379, "y": 1390 },
    { "x": 1379, "y": 1410 }
   ],
   "label": {
    "x": 504,
    "y": 1354,
    "width": 292,
    "height": 26
   }
  },
  {
   "id": "e29",
   "sourceId": "breaker.half_open",
   "targetId": "breaker.closed",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "half_open --probe.succeeded[1]--> closed",
     "text": "probe.succeeded [isLastProbe]",
     "eventLength": 15,
     "title": "probe.succeeded [isLastProbe]\nhalf_open → closed\ndoes heal, nextGeneration\nEnough probes succeeded: close."
    }
   ],
   "shownCount": 1,
   "heading": null,
   "points": [
    { "x": 569, "y": 1208 },
    { "x": 569, "y": 1198 },
    { "x": 139, "y": 1198 },
    { "x": 139, "y": 271 },
    { "x": 1136, "y": 271 },
    { "x": 1136, "y": 261 }
   ],
   "label": {
    "x": 30,
    "y": 497,
    "width": 218,
    "height": 26
   }
  },
  {
   "id": "e31",
   "sourceId": "breaker.half_open",
   "targetId": "breaker.open.cooling",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "half_open --probe.failed--> open.cooling",
     "text": "probe.failed [isCurrent]",
     "eventLength": 12,
     "title": "probe.failed [isCurrent]\nhalf_open → open.cooling\ndoes trip\nA probe failed or never answered: open again, for longer."
    },
    {
     "id": "half_open --rate_limited--> open.cooling",
     "text": "rate_limited [isCurrent]",
     "eventLength": 12,
     "title": "rate_limited [isCurrent]\nhalf_open → open.cooling\ndoes holdOff\nThe provider answered, but asks for a pause: the backoff does not grow."
    }
   ],
   "shownCount": 2,
   "heading": null,
   "points": [
    { "x": 601, "y": 1208 },
    { "x": 601, "y": 1188 },
    { "x": 361, "y": 1188 },
    { "x": 361, "y": 431 },
    { "x": 724, "y": 431 },
    { "x": 724, "y": 796 }
   ],
   "label": {
    "x": 272,
    "y": 497,
    "width": 177,
    "height": 42
   }
  },
  {
   "id": "e32",
   "sourceId": "breaker.half_open",
   "targetId": "breaker.open.exhausted",
   "kind": "event",
   "form": "arrow",
   "transitions": [
    {
     "id": "half_open --budget.exceeded--> open.exhausted",
     "text": "budget.exceeded",
     "eventLength": 15,
     "title": "budget.exceeded\nhalf_open → open.exhausted\ndoes rememberBudget\nA budget that covers this breaker is spent: open until money is back."
    }
   ],
   "shownCount": 1,
   "heading": null,
   "points": [
    { "x": 634, "y": 1208 },
    { "x": 634, "y": 1164 },
    { "x": 562, "y": 1164 },
    { "x": 562, "y": 1126 },
    { "x": 547, "y": 1126 },
    { "x": 547, "y": 451 },
    { "x": 655, "y": 451 },
    { "x": 655, "y": 999 },
    { "x": 994, "y": 999 },
    { "x": 994, "y": 1009 }
   ],
   "label": {
    "x": 474,
    "y": 1080,
    "width": 145,
    "height": 26
   }
  },
  {
   "id": "e4",
   "sourceId": "breaker",
   "targetId": "breaker",
   "kind": "event",
   "form": "inside",
   "transitions": [
    {
     "id": "breaker --peer.changed[0]--> (stays)",
     "text": "peer.changed [isPeerBehind]",
     "eventLength": 12,
     "title": "peer.changed [isPeerBehind]\nbreaker → (stays)\nAnother process knows nothing newer."
    }
   ],
   "shownCount": 1,
   "heading": null,
   "points": [],
   "label": {
    "x": 28,
    "y": 41.5,
    "width": 1944,
    "height": 21
   }
  },
  {
   "id": "e9",
   "sourceId": "breaker.closed",
   "targetId": "breaker.closed",
   "kind": "event",
   "form": "inside",
   "transitions": [
    {
     "id": "closed --operator.force_close--> (stays)",
     "text": "operator.force_close",
     "eventLength": 20,
     "title": "operator.force_close\nclosed → (stays)\ndoes countOperatorAct\nAlready closed: only the act itself is counted."
    }
   ],
   "shownCount": 1,
   "heading": null,
   "points": [],
   "label": {
    "x": 1130,
    "y": 232.5,
    "width": 161,
    "height": 21
   }
  },
  {
   "id": "e13",
   "sourceId": "breaker.budget_limited",
   "targetId": "breaker.budget_limited",
   "kind": "event",
   "form": "inside",
   "transitions": [
    {
     "id": "budget_limited --operator.force_close--> (stays)",
     "text": "operator.force_close",
     "eventLength": 20,
     "title": "operator.force_close\nbudget_limited → (stays)\ndoes countOperatorAct\nAn operator cannot wish money back: the budget level stays."
    }
   ],
   "shownCount": 1,
   "heading": null,
   "points": [],
   "label": {
    "x": 1356,
    "y": 1458.5,
    "width": 161,
    "height": 21
   }
  },
  {
   "id": "e15",
   "sourceId": "breaker.open.cooling",
   "targetId": "breaker.open.cooling",
   "kind": "event",
   "form": "inside",
   "transitions": [
    {
     "id": "open.cooling --rate_limited--> (stays)",
     "text": "rate_limited [endsLater]",
     "eventLength": 12,
     "title": "rate_limited [endsLater]\nopen.cooling → (stays)\ndoes extend\nA later instant was named, by whatever call: wait for that one."
    },
    {
     "id": "open.cooling --budget.warned--> (stays)",
     "text": "budget.warned",
     "eventLength": 13,
     "title": "budget.warned\nopen.cooling → (stays)\ndoes rememberBudget\nRemembered for when the breaker admits calls again."
    },
    {
     "id": "open.cooling --budget.recovered--> (stays)",
     "text": "budget.recovered",
     "eventLength": 16,
     "title": "budget.recovered\nopen.cooling → (stays)\ndoes rememberBudget\nRemembered for when the breaker admits calls again."
    }
   ],
   "shownCount": 3,
   "heading": null,
   "points": [],
   "label": {
    "x": 684,
    "y": 844.5,
    "width": 181,
    "height": 53
   }
  },
  {
   "id": "e17",
   "sourceId": "breaker.open.exhausted",
   "targetId": "breaker.open.exhausted",
   "kind": "event",
   "form": "inside",
   "transitions": [
    {
     "id": "open.exhausted --trip--> (stays)",
     "text": "trip [isCurrent]",
     "eventLength": 4,
     "title": "trip [isCurrent]\nopen.exhausted → (stays)\ndoes trip\nA call still in flight failed: remembered for after the recovery."
    },
    {
     "id": "open.exhausted --rate_limited--> (stays)",
     "text": "rate_limited [isCurrent]",
     "eventLength": 12,
     "title": "rate_limited [isCurrent]\nopen.exhausted → (stays)\ndoes holdOff\nA call still in flight was told to wait: remembered."
    }
   ],
   "shownCount": 2,
   "heading": null,
   "points": [],
   "label": {
    "x": 986,
    "y": 1038.5,
    "width": 177,
    "height": 37
   }
  },
  {
   "id": "e22",
   "sourceId": "breaker.open.latched",
   "targetId": "breaker.open.latched",
   "kind": "event",
   "form": "inside",
   "transitions": [
    {
     "id": "open.latched --budget.warned--> (stays)",
     "text": "budget.warned",
     "eventLength": 13,
     "title": "budget.warned\nopen.latched → (stays)\ndoes rememberBudget\nRemembered for when the breaker admits calls again."
    },
    {
     "id": "open.latched --budget.exceeded--> (stays)",
     "text": "budget.exceeded",
     "eventLength": 15,
     "title": "budget.exceeded\nopen.latched → (stays)\ndoes rememberBudget\nRemembered for when the breaker admits calls again."
    },
    {
     "id": "open.latched --budget.recovered--> (stays)",
     "text": "budget.recovered",
     "eventLength": 16,
     "title": "budget.recovered\nopen.latched → (stays)\ndoes rememberBudget\nRemembered for when the breaker admits calls again."
    },
    {
     "id": "open.latched --key.rotated[0]--> (stays)",
     "text": "key.rotated [liftsNothing]",
     "eventLength": 11,
     "title": "key.rotated [liftsNothing]\nopen.latched → (stays)\nNo latch waits for a key."
    },
    {
     "id": "open.latched --key.rotated[1]--> (stays)",
     "text": "key.rotated [staysLatched]",
     "eventLength": 11,
     "title": "key.rotated [staysLatched]\nopen.latched → (stays)\ndoes liftLatches, countOperatorAct\nAnother latch still holds."
    },
    {
     "id": "open.latched --emergency.resumed[0]--> (stays)",
     "text": "emergency.resumed [liftsNothing]",
     "eventLength": 17,
     "title": "emergency.resumed [liftsNothing]\nopen.latched → (stays)\nThere is no emergency."
    },
    {
     "id": "open.latched --emergency.resumed[1]--> (stays)",
     "text": "emergency.resumed [staysLatched]",
     "eventLength": 17,
     "title": "emergency.resumed [staysLatched]\nopen.latched → (stays)\ndoes liftLatches, countOperatorAct\nAnother latch still holds."
    }
   ],
   "shownCount": 7,
   "heading": null,
   "points": [],
   "label": {
    "x": 1294,
    "y": 587.5,
    "width": 247,
    "height": 117
   }
  },
  {
   "id": "e30",
   "sourceId": "breaker.half_open",
   "targetId": "breaker.half_open",
   "kind": "event",
   "form": "inside",
   "transitions": [
    {
     "id": "half_open --probe.succeeded[2]--> (stays)",
     "text": "probe.succeeded [isCurrent]",
     "eventLength": 15,
     "title": "probe.succeeded [isCurrent]\nhalf_open → (stays)\ndoes countProbe\nA probe succeeded, more are needed."
    },
    {
     "id": "half_open --budget.warned--> (stays)",
     "text": "budget.warned",
     "eventLength": 13,
     "title": "budget.warned\nhalf_open → (stays)\ndoes rememberBudget\nRemembered for when the breaker admits calls again."
    },
    {
     "id": "half_open --budget.recovered--> (stays)",
     "text": "budget.recovered",
     "eventLength": 16,
     "title": "budget.recovered\nhalf_open → (stays)\ndoes rememberBudget\nRemembered for when the breaker admits calls again."
    }
   ],
   "shownCount": 3,
   "heading": null,
   "points": [],
   "label": {
    "x": 552,
    "y": 1271.5,
    "width": 212,
    "height": 53
   }
  }
 ],
 "dots": [
  { "x": 1232, "y": 156 },
  { "x": 781, "y": 768 }
 ]
};
