using Microsoft.Extensions.Time.Testing;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;
using Rigshift.Durable;
using Rigshift.Rules;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.Storage;

internal sealed class JournalRecoveryTests
{
    private readonly TempDirectory directory = new();

    private string JournalPath => directory.File("journal.db");

    [TearDown]
    public void TearDown() => directory.Dispose();

    [Test]
    public void Open_FirstTime_CountsFromOneAndIsNoRecovery()
    {
        using var journal = JournalSamples.Open(directory.Root);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(journal.AgentEpoch, Is.EqualTo(1));
            Assert.That(journal.Recovering, Is.False);
            Assert.That(journal.LoadSessionFacts(), Is.EqualTo(SessionFacts.None));
        }
    }

    [Test]
    public void Open_EachStart_CountsOneUp() => Assert.That(Enumerable.Range(0, 3).Select(_ => Start().Epoch), Is.EqualTo(new ulong[] { 1, 2, 3 }));

    [Test]
    public void Open_CorruptJournal_MovesItAsideAndRecoversWithAHigherEpoch()
    {
        Start();
        File.WriteAllText(JournalPath, new string('x', 5000));
        File.WriteAllText(JournalPath + "-wal", "stale");

        var (epoch, recovering) = Start();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(recovering, Is.True);
            Assert.That(epoch, Is.EqualTo(2));
            Assert.That(File.ReadAllText(directory.File("journal.corrupt-1")), Does.StartWith("xxx"));
        }
    }

    [Test]
    public async Task Open_AgainBeforeTheVerdicts_IsStillRecovering()
    {
        Start();
        await File.WriteAllTextAsync(JournalPath, new string('x', 5000));
        Start();

        Assert.That(Start(), Is.EqualTo((3UL, true)), "a crash in the middle of recovery must not look like a healthy, empty journal");
        await using (var journal = JournalSamples.Open(directory.Root))
        {
            await journal.CommitAsync(new JournalEntry { Recovered = true });
        }

        Assert.That(Start().Recovering, Is.False);
    }

    [Test]
    public void Open_CorruptTwice_KeepsBoth()
    {
        File.WriteAllText(JournalPath, new string('a', 5000));
        Start();
        File.WriteAllText(JournalPath, new string('b', 5000));
        Start();

        Assert.That(Directory.GetFiles(directory.Root, "journal.corrupt-*").Select(Path.GetFileName), Is.EquivalentTo(new[] { "journal.corrupt-1", "journal.corrupt-2" }));
    }

    [Test]
    public void Open_RowThatNobodyCanRead_IsMovedAsideToo()
    {
        using (var journal = JournalSamples.Open(directory.Root))
        {
            journal.CommitAsync(new JournalEntry { Attempt = JournalSamples.Record() }).AsTask().Wait();
        }

        using (var database = DurableDatabase.Open(JournalPath, JournalSchema.Migrations))
        {
            database.WriteAsync(session => session.Execute("UPDATE attempt SET record = '{'")).AsTask().Wait();
        }

        Assert.That(Start(), Is.EqualTo((2UL, true)));
    }

    [Test]
    public void Open_JournalMissingWhileAttemptsLie_Recovers()
    {
        Start();
        File.Delete(JournalPath);
        Directory.CreateDirectory(StateDirectory.Open(directory.Root).AttemptPaths(new AttemptId(Guid.NewGuid())).Root);

        Assert.That(Start(), Is.EqualTo((2UL, true)));
    }

    [Test]
    public void Open_BothEpochsLost_IsAboveAnyCountOfStarts()
    {
        Start();
        File.WriteAllText(JournalPath, new string('x', 5000));
        File.Delete(directory.File("epoch"));

        Assert.That(Start().Epoch, Is.EqualTo(1_700_000_000));
    }

    [Test]
    public void Open_EpochFileAheadOfTheJournalPathTakesTheHigher()
    {
        Start();
        File.WriteAllText(directory.File("epoch"), "41\n");

        Assert.That(Start().Epoch, Is.EqualTo(42));
    }

    [TestCase(0.0)]
    [TestCase(0.3)]
    [TestCase(0.7)]
    public void Open_WalTruncatedByAPowerCut_KeepsWhatIsWholeAndStarts(double kept)
    {
        // A copy taken while the journal is open is what a power cut leaves: the file, and a WAL that was never folded in.
        using var other = new TempDirectory();
        using (var journal = JournalSamples.Open(directory.Root))
        {
            for (var i = 0; i < 20; i++)
            {
                journal.CommitAsync(new JournalEntry { Attempt = JournalSamples.Record() }).AsTask().Wait();
            }

            File.Copy(JournalPath, other.File("journal.db"));
            var wal = ReadShared(JournalPath + "-wal");
            File.WriteAllBytes(other.File("journal.db-wal"), wal[..(int)(wal.Length * kept)]);
            File.Copy(directory.File("epoch"), other.File("epoch"));
        }

        using var again = JournalSamples.Open(other.Root);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(again.AgentEpoch, Is.EqualTo(2));
            Assert.That(again.LoadAttempts(), Has.Count.LessThan(20));
        }
    }

    [Test]
    public void Open_NewerSchema_IsAClearErrorAndNothingIsLost()
    {
        using (var database = DurableDatabase.Open(JournalPath, [.. JournalSchema.Migrations, new Migration(99, "CREATE TABLE newer (id)")]))
        {
        }

        var before = File.ReadAllBytes(JournalPath);
        var fault = Assert.Throws<JournalException>(() => JournalSamples.Open(directory.Root));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault.Reason, Is.EqualTo(Reason.StateTooNew));
            Assert.That(fault.Message, Does.Contain("journal.db"));
            Assert.That(File.ReadAllBytes(JournalPath), Is.EqualTo(before));
            Assert.That(File.Exists(directory.File("journal.corrupt-1")), Is.False);
        }
    }

    private (ulong Epoch, bool Recovering) Start()
    {
        using var journal = JournalSamples.Open(directory.Root, new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000)));
        return (journal.AgentEpoch, journal.Recovering);
    }

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
