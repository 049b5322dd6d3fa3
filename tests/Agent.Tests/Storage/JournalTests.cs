using System.Text.Json;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;
using Rigshift.Rules;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.Storage;

internal sealed class JournalTests
{
    private readonly TempDirectory directory = new();

    [TearDown]
    public void TearDown() => directory.Dispose();

    [Test]
    [CancelAfter(30_000)]
    public async Task CommitAsync_EverySetMember_IsThereAfterARestart([Values] bool onnx)
    {
        var record = JournalSamples.Record(onnx ? JournalSamples.Onnx : JournalSamples.Process);
        await using (var journal = Open())
        {
            await journal.CommitAsync(new JournalEntry
            {
                Attempt = record,
                Event = JournalSamples.Event(record.Id, 5),
                Tombstone = new Tombstone(record.Id, record.Fence, Reason.Cancelled, 1),
                Session = new SessionFacts(ulong.MaxValue, uint.MaxValue),
                Draining = true,
            });
        }

        await using var again = Open();
        using (Assert.EnterMultipleScope())
        {
            // As JSON: records hold lists, which compare by reference.
            Assert.That(Text(again.LoadAttempts().Single()), Is.EqualTo(Text(record)));
            Assert.That(again.LoadAttempts().Single().Spec.Runtime.GetType(), Is.EqualTo(record.Spec.Runtime.GetType()));
            Assert.That(again.LoadUnackedEvents(), Is.EqualTo(new[] { JournalSamples.Event(record.Id, 5) }));
            Assert.That(again.LoadTombstones(), Is.EqualTo(new[] { new Tombstone(record.Id, record.Fence, Reason.Cancelled, 1) }));
            Assert.That(again.LoadSessionFacts(), Is.EqualTo(new SessionFacts(ulong.MaxValue, uint.MaxValue)));
            Assert.That(again.LoadDraining(), Is.True);
            Assert.That(again.Recovering, Is.False);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task LoadUnackedEvents_SomeAcked_GivesTheRestInOrder()
    {
        await using var journal = Open();
        var first = JournalSamples.Record() with { AckedEventNo = 0 };
        var second = JournalSamples.Record() with { AckedEventNo = 0 };
        foreach (var (record, number) in new[] { (first, 1UL), (second, 1UL), (first, 2UL), (first, 10UL) })
        {
            await journal.CommitAsync(new JournalEntry { Attempt = record, Event = JournalSamples.Event(record.Id, number) });
        }

        await journal.CommitAsync(new JournalEntry { Attempt = first with { AckedEventNo = 1 } });

        Assert.That(
            journal.LoadUnackedEvents().Select(e => (e.AttemptId, e.EventNo)),
            Is.EqualTo(new[] { (first.Id, 2UL), (first.Id, 10UL), (second.Id, 1UL) }));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task CommitAsync_ForgetUnackedAttempt_RefusesAndKeepsIt()
    {
        await using var journal = Open();
        var record = JournalSamples.Record() with { State = AttemptState.Finished };
        await journal.CommitAsync(new JournalEntry { Attempt = record });

        await Assert.ThatAsync(() => journal.CommitAsync(new JournalEntry { Forget = [record.Id] }).AsTask(), Throws.InvalidOperationException);
        Assert.That(journal.LoadAttempts().Single().Id, Is.EqualTo(record.Id));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task CommitAsync_ForgetAckedAttempt_DropsItWithItsEventsAndTwiceIsFine()
    {
        await using var journal = Open();
        var record = JournalSamples.Record() with { State = AttemptState.Acked, AckedEventNo = 0 };
        await journal.CommitAsync(new JournalEntry { Attempt = record, Event = JournalSamples.Event(record.Id, 1) });
        await journal.CommitAsync(new JournalEntry { Forget = [record.Id] });
        await journal.CommitAsync(new JournalEntry { Forget = [record.Id] });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(journal.LoadAttempts(), Is.Empty);
            Assert.That(journal.LoadUnackedEvents(), Is.Empty);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task CommitAsync_TombstoneWithOlderFence_KeepsTheNewer()
    {
        await using var journal = Open();
        var id = new AttemptId(Guid.NewGuid());
        await journal.CommitAsync(new JournalEntry { Tombstone = new Tombstone(id, new Fence(0x8000_0000_0000_0009), "a", 1) });
        await journal.CommitAsync(new JournalEntry { Tombstone = new Tombstone(id, new Fence(5), "b", 2) });

        Assert.That(journal.LoadTombstones().Single().Fence, Is.EqualTo(new Fence(0x8000_0000_0000_0009)));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task CommitAsync_Tombstones_StayBoundedByNumberAndAge()
    {
        await using var journal = JournalSamples.Open(JournalSamples.Options(directory.Root) with { MaxTombstones = 3, TombstoneLife = TimeSpan.FromMilliseconds(100) });
        foreach (var time in (long[])[1000, 1001, 1002, 1003, 1102])
        {
            await journal.CommitAsync(new JournalEntry { Tombstone = new Tombstone(new AttemptId(Guid.NewGuid()), new Fence(1), "r", time) });
        }

        Assert.That(journal.LoadTombstones().Select(t => t.CreatedUnixMs), Is.EqualTo(new[] { 1002L, 1003, 1102 }));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task CommitAsync_ManyAttemptsAtOnce_AllThere()
    {
        var records = Enumerable.Range(0, 200).Select(_ => JournalSamples.Record()).ToList();
        await using (var journal = Open())
        {
            await Task.WhenAll(records.Select(record => Task.Run(async () =>
            {
                await journal.CommitAsync(new JournalEntry { Attempt = record with { State = AttemptState.Accepted } });
                await journal.CommitAsync(new JournalEntry { Attempt = record, Event = JournalSamples.Event(record.Id, 5) });
            })));
        }

        await using var again = Open();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(again.LoadAttempts().Select(Text), Is.EquivalentTo(records.Select(Text)));
            Assert.That(again.LoadUnackedEvents(), Has.Count.EqualTo(records.Count));
        }
    }

    private Journal Open() => JournalSamples.Open(directory.Root);

    private static string Text(AttemptRecord record) => JsonSerializer.Serialize(record with { Spec = record.Spec with { Runtime = null! } }) + record.Spec.Runtime switch // Null only to print the rest.
    {
        OnnxSpec onnx => JsonSerializer.Serialize(onnx),
        ProcessSpec process => JsonSerializer.Serialize(process),
        _ => "",
    };
}
