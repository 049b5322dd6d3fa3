using System.Text;
using Rigshift.Rules;
using Rigshift.Scenarios.Harness;
using Rigshift.TestKit;

namespace Rigshift.Scenarios.Enrollment;

[TestFixture]
internal sealed class ATokenThatIsNotGoodTests : Scenario
{
    private const int Failed = 1;

    [Test]
    [CancelAfter(240_000)]
    public async Task Wrong_used_and_expired_tokens_are_refused_in_words()
    {
        var farm = await FarmAsync();
        var good = await farm.Coordinator.TokenAsync();
        var expired = await farm.Coordinator.TokenAsync(ttl: "1s");
        var over = DateTimeOffset.UtcNow.AddSeconds(1); // The coordinator began to count before this.
        Assert.That(EnrollmentToken.TryParse(good, out var parsed, out _), Is.True);

        var wrong = await farm.NewRig().TryEnrollAsync((parsed! with { Secret = new string('A', parsed.Secret.Length) }).Encode());
        var garbled = await farm.NewRig().TryEnrollAsync("rst1.bm9uc2Vuc2U");
        await farm.NewRig().EnrollAsync(good);
        var used = await farm.NewRig().TryEnrollAsync(good);
        // Not tried before its time is over: it would enroll a rig and be used up.
        await Eventually.TrueAsync(() => DateTimeOffset.UtcNow > over, Farm.Patience, "the token's time to be over");
        var late = await farm.NewRig().TryEnrollAsync(expired);

        using (Assert.EnterMultipleScope())
        {
            AssertRefused(wrong, Reason.TokenUnknown, parsed);
            AssertRefused(used, Reason.TokenUsed, parsed);
            Assert.That(late.ExitCode, Is.EqualTo(Failed), late.ToString);
            Assert.That(late.Output, Does.Contain(Reason.TokenExpired).And.Contain("token create"), "The reason and the remedy.");
            Assert.That(garbled.ExitCode, Is.EqualTo(Failed), garbled.ToString);
            Assert.That(garbled.Output, Does.Contain("token_invalid"));
            Assert.That(await farm.Client.RigsAsync(), Has.Count.EqualTo(1), "Only the good token made a rig.");
        }
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task A_coordinator_that_does_not_match_the_pin_is_told_nothing()
    {
        var farm = await FarmAsync();
        var impostor = await FarmAsync();
        var token = await farm.Coordinator.TokenAsync();
        var rig = farm.NewRig();

        var done = await rig.TryEnrollAsync(token, impostor.Coordinator.Url);

        Assert.That(EnrollmentToken.TryParse(token, out var parsed, out _), Is.True);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(done.ExitCode, Is.EqualTo(Failed), done.ToString);
            Assert.That(done.Output, Does.Contain("pin_mismatch").And.Contain("Nothing of the token was sent"));
            Assert.That(impostor.Coordinator.Output, Does.Not.Contain(parsed!.Id), "The impostor has not even heard the token's id.");
            Assert.That(await impostor.Client.RigsAsync(), Is.Empty);
            Assert.That(Directory.EnumerateFiles(rig.StateDir, "*", SearchOption.AllDirectories).Where(file => Holds(file, parsed.Secret)), Is.Empty, "Nothing of it is kept.");
        }

        await rig.EnrollAsync(token);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task A_rig_that_is_sent_to_another_coordinator_later_gives_it_no_session()
    {
        var farm = await FarmAsync();
        var rig = await farm.AddRigAsync();
        var impostor = new Harness.Coordinator(farm.Place("impostor"), FarmSettings.ForCoordinator([]), farm.Coordinator.Port);
        await using (impostor)
        {
            await farm.Coordinator.KillAsync();
            await impostor.StartAsync();
            await Eventually.TrueAsync(() => rig.Output.Contains("refused", StringComparison.OrdinalIgnoreCase), Farm.Patience, "the rig to say that it refuses the stranger");
            Assert.That(await impostor.Client.RigsAsync(), Is.Empty);
        }

        await farm.Coordinator.StartAsync();
        await farm.ConnectedAsync(rig);
        var job = await farm.Client.SubmitAsync(Wish.Shell(farm, "echo once >> $MARKS/runs"));
        await farm.EndedAsync(job);
        Assert.That(farm.MarksOf("runs"), Has.Count.EqualTo(1), "Back home all is as it was.");
    }

    private static void AssertRefused(Finished done, string reason, EnrollmentToken token)
    {
        Assert.That(done.ExitCode, Is.EqualTo(Failed), done.ToString);
        Assert.That(done.Output, Does.Contain(reason).And.Contain("token create"), "The reason and the remedy.");
        Assert.That(done.Output + done.Errors, Does.Not.Contain(token.Secret));
    }

    private static bool Holds(string file, string text) => Encoding.Latin1.GetString(File.ReadAllBytes(file)).Contains(text, StringComparison.Ordinal);
}
