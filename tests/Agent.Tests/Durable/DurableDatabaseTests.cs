using Rigshift.Durable;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.Durable;

internal sealed class DurableDatabaseTests
{
    private const string Insert = "INSERT INTO t (id, text) VALUES (@id, @text)";

    private static readonly Migration[] Migrations = [new(1, "CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")];

    private readonly TempDirectory directory = new();

    [TearDown]
    public void TearDown() => directory.Dispose();

    [Test]
    [CancelAfter(30_000)]
    public async Task WriteAsync_ManyAtOnce_ShareFsyncs()
    {
        await using var database = Open();
        var entered = new ManualResetEventSlim();
        var release = new ManualResetEventSlim();
        var before = database.Commits;

        // The first write is held on the writer thread while the others queue up behind it.
        var first = database.WriteAsync(session =>
        {
            entered.Set();
            release.Wait();
            Add(session, 0);
        }).AsTask();
        entered.Wait();
        var others = Enumerable.Range(1, 100).Select(i => database.WriteAsync(session => Add(session, i)).AsTask()).ToList();
        release.Set();
        await Task.WhenAll(others.Prepend(first));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Count(database), Is.EqualTo(101));
            Assert.That(database.Commits - before, Is.EqualTo(2));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task WriteAsync_OneOfAGroupThrows_OnlyItIsRolledBack()
    {
        await using var database = Open();
        var release = new ManualResetEventSlim();
        var gate = database.WriteAsync(_ => release.Wait()).AsTask();
        var good = database.WriteAsync(session => Add(session, 1)).AsTask();
        var thrower = database.WriteAsync(session =>
        {
            Add(session, 2);
            throw new InvalidOperationException("mine");
        }).AsTask();
        var constraint = database.WriteAsync(session =>
        {
            Add(session, 3);
            Add(session, 1);
        }).AsTask();
        var last = database.WriteAsync(session => Add(session, 4)).AsTask();
        release.Set();
        await Task.WhenAll(gate, good, last);

        using (Assert.EnterMultipleScope())
        {
            await Assert.ThatAsync(() => thrower, Throws.InvalidOperationException.With.Message.EqualTo("mine"));
            await Assert.ThatAsync(() => constraint, Throws.Exception.Not.InstanceOf<DurableException>());
            Assert.That(Ids(database), Is.EqualTo(new[] { 1, 4 }));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task WriteAsync_OnlyThrowingWrites_CostNoCommit()
    {
        await using var database = Open();
        var before = database.Commits;

        await Assert.ThatAsync(() => database.WriteAsync(_ => throw new InvalidOperationException("mine")).AsTask(), Throws.InvalidOperationException);
        Assert.That(database.Commits, Is.EqualTo(before));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task WriteAsync_ManyConcurrentWriters_LoseNothingAndKeepEachOnesOrder()
    {
        const int Writers = 32;
        const int Each = 50;
        await using (var database = Open())
        {
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
            {
                for (var i = 0; i < Each; i++)
                {
                    var id = (writer * Each) + i;
                    var seen = await database.WriteAsync(session =>
                    {
                        Add(session, id);
                        return session.First("SELECT count(*) FROM t WHERE id BETWEEN @from AND @to", row => row.GetInt32(0), ("@from", writer * Each), ("@to", id));
                    });
                    Assert.That(seen, Is.EqualTo(i + 1));
                }
            })));
        }

        await using var again = Open();
        Assert.That(Count(again), Is.EqualTo(Writers * Each));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task WriteAsync_PageLimitReached_IsDiskFullAndTheNextSmallWriteStillWorks()
    {
        await using var database = Open();
        await database.WriteAsync(session => session.Execute("PRAGMA max_page_count = 20"));

        var fault = await Thrown.ByAsync<DurableException>(async () => await database.WriteAsync(session =>
            session.Execute(Insert, ("@id", 1), ("@text", new string('x', 200_000)))));
        await database.WriteAsync(session => Add(session, 2));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault.Fault, Is.EqualTo(DurableFault.DiskFull));
            Assert.That(fault.Message, Does.Contain(directory.Root).And.Contain("Free space"));
            Assert.That(Ids(database), Is.EqualTo(new[] { 2 }));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task WriteAsync_DiskFullInAGroup_EveryWriteOfItIsToldThatNothingIsThere()
    {
        await using var database = Open();
        await database.WriteAsync(session => session.Execute("PRAGMA max_page_count = 20"));
        var release = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = database.WriteAsync(_ =>
        {
            entered.SetResult();
            release.Wait();
        }).AsTask();
        await entered.Task; // Its group is closed now: the large write cannot take the gate down with it.
        var small = database.WriteAsync(session => Add(session, 1)).AsTask();
        var large = database.WriteAsync(session => session.Execute(Insert, ("@id", 2), ("@text", new string('x', 200_000)))).AsTask();
        release.Set();
        await gate;

        // Whichever group the small one fell into, its answer and the disk must agree.
        var smallFailed = await Failed(small);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Failed(large), Is.True);
            Assert.That(Count(database), Is.EqualTo(smallFailed ? 0 : 1));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task WriteAsync_RealDiskFull_IsDiskFullAndRecovers()
    {
        using var disk = SmallDisk.Mount(megabytes: 2);
        await using var database = DurableDatabase.Open(Path.Combine(disk.Root, "x.db"), Migrations);
        await database.WriteAsync(session => Add(session, 1));
        var filler = disk.Fill();

        var fault = await Thrown.ByAsync<DurableException>(async () => await database.WriteAsync(session =>
            session.Execute(Insert, ("@id", 2), ("@text", new string('x', 100_000)))));
        File.Delete(filler);
        await database.WriteAsync(session => Add(session, 3));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault.Fault, Is.EqualTo(DurableFault.DiskFull));
            Assert.That(Ids(database), Is.EqualTo(new[] { 1, 3 }));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Execute_SameStatementOtherValues_BindsTheNewOnes()
    {
        await using var database = Open();
        await database.WriteAsync(session =>
        {
            session.Execute(Insert, ("@id", 1), ("@text", "long enough to be seen"));
            session.Execute(Insert, ("@id", 2L), ("@text", "b"));
            Assert.That(() => session.Execute(Insert, ("@id", 3), ("@text", null)), Throws.Exception);
            session.Execute(Insert, ("@id", 4), ("@text", "d"));
        });

        Assert.That(
            database.Read(session => session.Query("SELECT text FROM t ORDER BY id", row => row.GetString(0))),
            Is.EqualTo(new[] { "long enough to be seen", "b", "d" }));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task DisposeAsync_WritesWaiting_CommitsThemAndRefusesNewOnes()
    {
        var database = Open();
        var release = new ManualResetEventSlim();
        var gate = database.WriteAsync(_ => release.Wait()).AsTask();
        var waiting = database.WriteAsync(session => Add(session, 1)).AsTask();
        var disposing = database.DisposeAsync().AsTask();
        var late = await Thrown.ByAsync<DurableException>(async () => await database.WriteAsync(session => Add(session, 2)));
        release.Set();
        await Task.WhenAll(gate, waiting, disposing);
        await database.DisposeAsync();
        var read = Assert.Throws<DurableException>(() => Count(database));

        await using var again = Open();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(late.Fault, Is.EqualTo(DurableFault.Closed));
            Assert.That(read.Fault, Is.EqualTo(DurableFault.Closed));
            Assert.That(Ids(again), Is.EqualTo(new[] { 1 }));
        }
    }

    private DurableDatabase Open() => DurableDatabase.Open(directory.File("x.db"), Migrations);

    private static void Add(SqlSession session, int id) => session.Execute(Insert, ("@id", id), ("@text", "x"));

    private static int Count(DurableDatabase database) => database.Read(session => session.First("SELECT count(*) FROM t", row => row.GetInt32(0)));

    private static IReadOnlyList<int> Ids(DurableDatabase database) => database.Read(session => session.Query("SELECT id FROM t ORDER BY id", row => row.GetInt32(0)));

    private static async Task<bool> Failed(Task write)
    {
        try
        {
            await write;
            return false;
        }
        catch (DurableException)
        {
            return true;
        }
    }
}
