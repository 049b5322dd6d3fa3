using Microsoft.Extensions.Logging;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;
using Rigshift.Rules;

namespace Rigshift.Agent.Artifacts;

/// <summary>
/// What lies in the cache, who uses it, and what goes first. Files are <c>sha256/ab/HEX</c>, unfinished ones HEX.partial; the
/// time of last use is the file's own, so there is no index that could disagree with the disk.
/// </summary>
internal sealed partial class ArtifactCache(StateDirectory state, ArtifactsOptions options, TimeProvider time, ILogger<ArtifactCache> logger)
{
    private const string PartialSuffix = ".partial";

    // A download that nobody came back for in so long belongs to a job that has ended elsewhere.
    private const int PartialLifeDays = 7;

    private const int LargestShareOfDisk = 10;
    private const long LargestDefaultQuota = 20L << 30;

    private readonly Lock gate = new();
    private readonly Dictionary<AttemptId, HashSet<Digest>> pins = [];
    private Dictionary<Digest, CacheEntry>? entries;

    private string Root => Path.Combine(state.Artifacts, "sha256");

    public string PathOf(Digest digest) => Path.Combine(Root, digest.Hex[..2], digest.Hex);

    public string PartialOf(Digest digest) => PathOf(digest) + PartialSuffix;

    /// <summary>Pins are in memory: after a restart the attempts that go on pin again.</summary>
    public void Pin(AttemptId attempt, IEnumerable<Digest> digests)
    {
        lock (gate)
        {
            if (!pins.TryGetValue(attempt, out var held))
            {
                pins[attempt] = held = [];
            }

            held.UnionWith(digests);
        }
    }

    public void Release(AttemptId attempt)
    {
        lock (gate)
        {
            if (pins.Remove(attempt))
            {
                MakeRoom(0);
            }
        }
    }

    /// <summary>Null when it is not there.</summary>
    public CacheEntry? Find(Digest digest)
    {
        lock (gate)
        {
            return Entries().TryGetValue(digest, out var entry) ? entry : null;
        }
    }

    /// <summary>The file is complete and its bytes were just hashed.</summary>
    public void Add(Digest digest, long size)
    {
        lock (gate)
        {
            Entries()[digest] = new CacheEntry(size, DateTime.MinValue, Verified: true);
            Touch(digest);
        }
    }

    public void Touch(Digest digest)
    {
        lock (gate)
        {
            if (!Entries().TryGetValue(digest, out var entry))
            {
                return;
            }

            var now = time.GetUtcNow().UtcDateTime;
            Entries()[digest] = entry with { LastUse = now };
            Quietly(() => File.SetLastWriteTimeUtc(PathOf(digest), now));
        }
    }

    /// <summary>The file turned out to be bad or gone.</summary>
    public void Drop(Digest digest)
    {
        lock (gate)
        {
            Entries().Remove(digest);
            Quietly(() => File.Delete(PathOf(digest)));
        }
    }

    /// <summary>Most recently used first.</summary>
    public IReadOnlyList<Digest> Warm(int limit)
    {
        lock (gate)
        {
            return [.. Entries().OrderByDescending(e => e.Value.LastUse).Take(limit).Select(e => e.Key)];
        }
    }

    /// <summary>Evicts until so much more fits into the quota. What attempts use stays, even when that is more than the quota.</summary>
    public void Reserve(long bytes)
    {
        lock (gate)
        {
            MakeRoom(bytes);
        }
    }

    /// <summary>The disk is full: gives back all that no attempt uses. False when that was nothing.</summary>
    public bool EvictAll()
    {
        lock (gate)
        {
            return Evict(long.MaxValue) > 0;
        }
    }

    private long Quota() =>
        options.CacheQuotaBytes ?? Math.Min(LargestDefaultQuota, (DiskSpace.Of(state.Root)?.TotalBytes ?? LargestDefaultQuota) / LargestShareOfDisk);

    private void MakeRoom(long bytes) => Evict(Entries().Values.Sum(e => e.SizeBytes) + bytes - Quota());

    private long Evict(long wanted)
    {
        if (wanted <= 0)
        {
            return 0;
        }

        long freed = 0;
        var used = pins.Values.SelectMany(held => held).ToHashSet();
        foreach (var (digest, entry) in Entries().Where(e => !used.Contains(e.Key)).OrderBy(e => e.Value.LastUse).ToList())
        {
            if (freed >= wanted)
            {
                break;
            }

            Entries().Remove(digest);
            Quietly(() => File.Delete(PathOf(digest)));
            freed += entry.SizeBytes;
            Log.ArtifactEvicted(logger, digest, entry.SizeBytes);
        }

        return freed;
    }

    // Read at first use: a start that waits for a USB stick to list thousands of files is a late Hello.
    private Dictionary<Digest, CacheEntry> Entries() => entries ??= Scan();

    private Dictionary<Digest, CacheEntry> Scan()
    {
        var found = new Dictionary<Digest, CacheEntry>();
        var stale = time.GetUtcNow().UtcDateTime - TimeSpan.FromDays(PartialLifeDays);
        Quietly(() =>
        {
            StateDirectory.CreatePrivate(Root);
            foreach (var file in new DirectoryInfo(Root).EnumerateFiles("*", SearchOption.AllDirectories))
            {
                if (Digest.TryParse("sha256:" + file.Name, out var digest))
                {
                    found[digest] = new CacheEntry(file.Length, file.LastWriteTimeUtc, Verified: false);
                }
                else if (!file.Name.EndsWith(PartialSuffix, StringComparison.Ordinal) || file.LastWriteTimeUtc < stale)
                {
                    file.Delete();
                }
            }
        });
        return found;
    }

    private void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (DirectoryNotFoundException)
        {
            // Dropping what was never there; the first of a digest's neighbours has no directory yet.
        }
        catch (Exception e) when (DiskFaults.IsOfTheDisk(e)) // Housekeeping: whoever needs the file meets the fault and reports it.
        {
            Log.CacheFileRefused(logger, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1600, LogLevel.Information, "Evicted artifact {Digest} of {Bytes} bytes")]
        public static partial void ArtifactEvicted(ILogger logger, Digest digest, long bytes);

        [LoggerMessage(1601, LogLevel.Warning, "The artifact cache met a file that it cannot handle: {Detail}")]
        public static partial void CacheFileRefused(ILogger logger, string detail);
    }
}
