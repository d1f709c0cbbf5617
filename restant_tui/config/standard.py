"""The configuration `setup` writes: the deployment and operations runbook's own figures, and how its gaps were settled.

Only text: nothing here is connected to before a person starts the program with it.
"""

from __future__ import annotations

from typing import Final

STANDARD: Final = """\
# restant-tui: hosts, apps, limits and people, as the deployment and operations runbook has them.
# Lines marked CHECK are guesses where that document says nothing. `restant-tui doctor` tries what stands here;
# `restant-tui schema config` prints the JSON Schema for your editor.
# Keys, tokens and passwords are never written here, only the names under which the keyring holds them
# (`restant-tui secret set NAME`), or env:NAME for an environment variable.

hosts:
  main:
    address: 209.50.227.94
    dokku: {user: dokku}   # the account with Dokku's forced command: all dokku commands, git push
    admin: {user: root}    # CHECK a shell account for apt, tar, rsync and host figures; best one of your own with sudo
    # port: 22
    # known_hosts: ~/.ssh/known_hosts   # host keys are always checked

apps:
  restant-main:
    host: main
    environment: production
    url: https://restant.main.susankshakya.com.np/health
  restant-staging:
    host: main
    environment: staging
    url: https://restant.staging.susankshakya.com.np/health
  # Feature apps come and go; add one to watch it:
  # restant-feature-xyz: {host: main, environment: feature, url: "https://restant.feature-xyz.susankshakya.com.np/health"}

services:
  restant-db: {host: main, kind: mysql}
  restant-cache: {host: main, kind: redis}

# The clone of the application's repository on this machine, where git, composer and npm steps begin.
# working_copy: ~/src/restant   # CHECK

# Two levels each. Where the document names one limit as a target and another as an alert, the milder is the warning.
thresholds:
  # Target "< 2 s", alert above 3 s: what lies between was silent, and is a warning now.
  response_ms: {warning: 2000, critical: 3000}
  # Target "< 1 %", critical above 5 %: what lies between was silent, and is a warning now.
  error_percent: {warning: 1, critical: 5}
  # Alert above 85 %, target "< 90 %": the alert comes before the target is missed, so 85 warns and 90 is critical.
  disk_percent: {warning: 85, critical: 90}
  # One limit of 85 % and nothing critical; CHECK 95 % was added, where the kernel begins to end processes.
  memory_percent: {warning: 85, critical: 95}
  # Target "< 80 %" and no alert at all: 80 warns now; CHECK 95 % was added as critical.
  cpu_percent: {warning: 80, critical: 95}
  # Critical below 7 days. Renewal begins at 30 days, so 7 means 23 days of failed renewals: 25 warns at once.
  certificate_days: {warning: 25, critical: 7}
  # "Application down" names no number of tries: one failed probe warns, three in a row are an outage.
  failed_probes: {warning: 1, critical: 3}

# Critical alerts ask for an immediate answer (5 minutes), warnings for one within an hour, info within a day.
acknowledge: {critical: 5m, warning: 1h, info: 24h}

polling: {health: 5s, processes: 15s, releases: 15s, certificates: 1h}

# The document says "business hours" and names neither hours nor time zone. Its addresses end in .com.np.
time_zone: Asia/Kathmandu   # CHECK
working_hours: {days: [MO, TU, WE, TH, FR], from: "09:00", to: "17:00"}   # CHECK

# A critical alert wants its acknowledgement in 5 minutes, and the fastest level answers in 15. Both hold: the person
# on call acknowledges within 5 minutes, and a level is called when they do not, or need help.
escalation:
  - name: Development
    within: 15m
    # Nobody of this level is called outside working hours: then it begins with DevOps.
    scope: application issues, minor performance problems
    who: the development team
    channels: ["#alerts"]
  - name: DevOps
    within: 30m
    off_hours: 1h
    scope: infrastructure issues, deployment failures
    who: the DevOps on-call rotation
    channels: [mail-oncall]
  - name: Management
    within: 1h
    off_hours: 1h   # the document makes no difference between day and night here
    scope: critical business impact, security incidents
    who: engineering manager, CTO
    channels: [escalation]

# "Regular updates during incidents" names no interval: every 20 minutes.
update_interval: 20m

# Slack by bot token (scope chat:write): restant-tui secret set slack. CHECK the mail server and the sender.
channels:
  deployments: {kind: slack-bot, secret: slack, channel: "#deployments"}   # all deployments
  alerts: {kind: slack-bot, secret: slack, channel: "#alerts"}             # monitoring alerts and system issues
  incidents: {kind: slack-bot, secret: slack, channel: "#incidents"}       # coordination of open incidents
  mail-deployments:   # summaries of deployments
    {kind: email, to: [deployments@company.com], from: restant-tui@company.com, host: smtp.company.com,
     user: restant-tui, secret: mail.password}
  mail-alerts:        # critical alerts
    {kind: email, to: [alerts@company.com], from: restant-tui@company.com, host: smtp.company.com,
     user: restant-tui, secret: mail.password}
  mail-oncall:        # emergency escalation
    {kind: email, to: [oncall@company.com], from: restant-tui@company.com, host: smtp.company.com,
     user: restant-tui, secret: mail.password}
  escalation:         # where an escalated run calls for help
    {kind: email, to: [oncall@company.com], from: restant-tui@company.com, host: smtp.company.com,
     user: restant-tui, secret: mail.password}
  # The document names engineering manager and CTO, but no address of theirs. Until there is one, what is meant for
  # them is reported as not configured.
  # mail-management: {kind: email, to: [], from: restant-tui@company.com, host: smtp.company.com}
  status-page:        # CHECK the id of the public page; of cState write {kind: cstate, folder: ~/src/status}
    {kind: statuspage, page: your-page-id, secret: statuspage}

# When procedures are due here, read in the time zone above. A runbook that is not named keeps the times of its file.
schedules:
  daily-morning: {rrule: FREQ=DAILY;BYHOUR=9}
  maint-weekly: {rrule: FREQ=WEEKLY;BYDAY=MO;BYHOUR=9}     # Mondays at nine
  maint-monthly: {rrule: FREQ=MONTHLY;BYDAY=1SA;BYHOUR=8}  # the first Saturday; CHECK no hour is named
  maint-quarterly: {rrule: FREQ=MONTHLY;INTERVAL=3;BYDAY=1WE;BYHOUR=9, grace: 14d}   # CHECK no day is named
  # The nightly backup (0 2 * * *) is a cron line on the host and waits for nobody; to walk it by hand instead:
  # backup-db: {rrule: FREQ=DAILY;BYHOUR=2}
"""
