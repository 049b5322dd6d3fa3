using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Tests.Jobs;

[TestFixture]
internal sealed class AttemptDeadlinesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    [Test]
    public void Due_OrphanDeadline_StopsWithLeaseLost() =>
        Assert.That(Due(Make.Record(AttemptState.Running), TimeSpan.FromHours(6))?.Reason, Is.EqualTo(Reason.LeaseLost));

    [Test]
    public void Due_LeaseLapsedButNotOrphaned_GoesOn() =>
        Assert.That(Due(Make.Record(AttemptState.Running), TimeSpan.FromHours(1)), Is.Null);

    [Test]
    public void Due_RunDeadline_StopsWithTimeout() =>
        Assert.That(Due(Make.Record(AttemptState.Running) with { RunDeadline = TimeSpan.FromMinutes(10) }, TimeSpan.FromMinutes(10))?.Reason, Is.EqualTo(Reason.Timeout));

    [Test]
    public void Due_NeverConfirmed_GivesTheReservationBack() =>
        Assert.That(Due(Make.Record(), Patience)?.Reason, Is.EqualTo(Reason.AcceptTimedOut));

    [Test]
    public void Due_LeaseOfAnotherBoot_WaitsForTheCoordinator() =>
        Assert.That(AttemptDeadlines.Due(Make.Record(AttemptState.Running), "other", TimeSpan.FromDays(9), TimeSpan.Zero, Patience), Is.Null);

    [Test]
    public void Due_WhatHasEnded_IsLeftAlone([Values(AttemptState.Stopping, AttemptState.Finished, AttemptState.Acked)] AttemptState state) =>
        Assert.That(Due(Make.Record(state), TimeSpan.FromDays(9)), Is.Null);

    private static AttemptOutcome? Due(AttemptRecord record, TimeSpan now) => AttemptDeadlines.Due(record, Make.Boot, now, TimeSpan.Zero, Patience);
}
