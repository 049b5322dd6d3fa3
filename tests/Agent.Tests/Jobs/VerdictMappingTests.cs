using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Tests.Jobs;

[TestFixture]
internal sealed class VerdictMappingTests
{
    [Test]
    public void Inputs_EveryStateAndVerdict_NeverEndAnAttemptOutOfIgnorance([Values] AttemptState state, [Values(Verdict.Hold, Verdict.Continue, Verdict.Resend)] Verdict verdict)
    {
        var inputs = Map(Make.Record(state), verdict);

        Assert.That(inputs, Has.None.InstanceOf<AttemptInput.StopWanted>().And.None.InstanceOf<AttemptInput.Settled>());
    }

    [Test]
    public void Inputs_StopOfALiveAttempt_StopsIt([Values(AttemptState.Accepted, AttemptState.Preparing, AttemptState.Starting, AttemptState.Running)] AttemptState state) =>
        Assert.That(Map(Make.Record(state), Verdict.Stop).Single(), Is.InstanceOf<AttemptInput.StopWanted>());

    [Test]
    public void Inputs_VerdictForAnOlderFence_ChangesNothing([Values] Verdict verdict)
    {
        var stale = new AttemptVerdict(Make.Record().Id, Fence.Create(100, 4), verdict, Make.Terms, null, "");

        Assert.That(VerdictMapping.Inputs(Make.Record(AttemptState.Running), stale, Make.Boot, TimeSpan.Zero, 0), Is.Empty);
    }

    [Test]
    public void Inputs_ContinueUnderANewerFence_TakesTheFenceBeforeTheLease()
    {
        var record = Make.Record(AttemptState.Running);
        var verdict = new AttemptVerdict(record.Id, record.Fence, Verdict.Continue, Make.Terms, Fence.Create(101, 1), "");

        var inputs = VerdictMapping.Inputs(record, verdict, Make.Boot, TimeSpan.Zero, 0);

        Assert.That(inputs.Select(i => i.GetType().Name), Is.EqualTo(new[] { "Refenced", "LeaseGranted" }));
    }

    [Test]
    public void Inputs_ForgetOfAFinishedAttempt_SettlesIt() =>
        Assert.That(Map(Make.Record(AttemptState.Finished), Verdict.Forget).Single(), Is.InstanceOf<AttemptInput.Settled>());

    private static IReadOnlyList<AttemptInput> Map(AttemptRecord record, Verdict verdict) =>
        VerdictMapping.Inputs(record, new AttemptVerdict(record.Id, record.Fence, verdict, Make.Terms, null, Reason.Superseded), Make.Boot, TimeSpan.Zero, 0);
}
