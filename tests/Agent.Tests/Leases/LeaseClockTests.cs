using CsCheck;
using Rigshift.Agent.Leases;
using Rigshift.Rules;

namespace Rigshift.Agent.Tests.Leases;

[TestFixture]
internal sealed class LeaseClockTests
{
    private const string Boot = "b";

    private static readonly Gen<LeaseTerms> AnyTerms = Gen.Select(Gen.Int[10, 100_000], Gen.Int[0, 100_000], (lease, more) => new LeaseTerms(TimeSpan.FromSeconds(lease), TimeSpan.FromSeconds(lease + more)));

    [Test]
    public void Grant_WithClocksTwoPercentApart_EndsOnTheRigFirst() =>
        Gen.Select(AnyTerms, Gen.Int[0, 60_000], Gen.Double[-0.02, 0.02]).Sample((terms, delayMs, drift) =>
        {
            var held = LeaseClock.Grant(terms, Boot, TimeSpan.Zero);
            // The coordinator starts its clock when the request arrives; the rig's clock runs up to 2 % slow against it.
            var coordinatorReassigns = TimeSpan.FromMilliseconds(delayMs) + terms.Lease;
            var rigStops = held.LeaseDeadline / (1 + drift);
            Assert.That(rigStops, Is.LessThanOrEqualTo(coordinatorReassigns));
        });

    [Test]
    public void Renew_AnswersInAnyOrder_NeverShortens() =>
        Gen.Select(AnyTerms, Gen.Int[0, 1000].Array[1, 8]).Sample((terms, sent) =>
        {
            var held = LeaseClock.Grant(terms, Boot, TimeSpan.Zero);
            foreach (var at in sent)
            {
                var renewed = LeaseClock.Renew(held, terms, Boot, TimeSpan.FromSeconds(at));
                Assert.That(renewed.OrphanDeadline, Is.GreaterThanOrEqualTo(held.OrphanDeadline));
                held = renewed;
            }

            Assert.That(held.LeaseDeadline, Is.EqualTo(LeaseClock.Grant(terms, Boot, TimeSpan.FromSeconds(Math.Max(0, sent.Max()))).LeaseDeadline));
        });

    [TestCase(0, LeaseStanding.Live)]
    [TestCase(54, LeaseStanding.Live)]
    [TestCase(55, LeaseStanding.Lapsed)]
    [TestCase(293, LeaseStanding.Lapsed)]
    [TestCase(294, LeaseStanding.Orphaned)]
    [TestCase(100_000, LeaseStanding.Orphaned)]
    public void Stand_AsTimePasses_GoesLiveLapsedOrphaned(int seconds, LeaseStanding expected)
    {
        var held = LeaseClock.Grant(new LeaseTerms(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(300)), Boot, TimeSpan.Zero);

        Assert.That(LeaseClock.Stand(held, Boot, TimeSpan.FromSeconds(seconds)), Is.EqualTo(expected));
    }

    [Test]
    public void Stand_InAnotherBoot_CannotBeTold()
    {
        var held = LeaseClock.Grant(LeaseTerms.Batch, Boot, TimeSpan.FromDays(3));

        Assert.That(LeaseClock.Stand(held, "other", TimeSpan.FromDays(30)), Is.EqualTo(LeaseStanding.OtherBoot));
    }

    [Test]
    public void Stand_WithoutBootIdAfterAReboot_IsSeenByTheClockThatBeganAgain()
    {
        var held = LeaseClock.Grant(LeaseTerms.Batch, "", TimeSpan.FromDays(3));

        Assert.That(LeaseClock.Stand(held, "", TimeSpan.FromMinutes(1)), Is.EqualTo(LeaseStanding.OtherBoot));
    }
}
