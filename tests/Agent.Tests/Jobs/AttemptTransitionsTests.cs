using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Tests.Jobs;

[TestFixture]
internal sealed class AttemptTransitionsTests
{
    // The drawing in the type's comment, cell by cell: a change of one must be a change of both.
    private static readonly Dictionary<AttemptState, string> Drawing = new()
    {
        [AttemptState.Accepted] = "Preparing - - - Stopping - -",
        [AttemptState.Preparing] = "- Starting - - Stopping - -",
        [AttemptState.Starting] = "- - Running - Stopping - -",
        [AttemptState.Running] = "- - - Stopping Stopping - -",
        [AttemptState.Stopping] = "- - - - Stopping Finished -",
        [AttemptState.Finished] = "- - - - Finished - Acked",
        [AttemptState.Acked] = "- - - - Acked - Acked",
    };

    [Test]
    public void Next_EveryPair_IsAsDrawn([Values] AttemptState state, [Values] AttemptTrigger trigger)
    {
        var cell = Drawing[state].Split(' ')[(int)trigger - 1];

        var next = AttemptTransitions.Next(state, trigger);

        Assert.That(next?.ToString() ?? "-", Is.EqualTo(cell));
    }

    [Test]
    public void Next_EveryPair_NeverGoesBack([Values] AttemptState state, [Values] AttemptTrigger trigger) =>
        Assert.That(AttemptTransitions.Next(state, trigger) ?? state, Is.GreaterThanOrEqualTo(state));
}
