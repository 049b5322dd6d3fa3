using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Rigshift.Agent.Artifacts;

namespace Rigshift.Agent.Tests.Artifacts;

internal sealed class TokenBucketTests
{
    [Test]
    public void Take_WithinTheBurst_DoesNotWait() =>
        Assert.That(TokenBucket.Create(1000, TimeSpan.Zero).Take(1000, TimeSpan.Zero).Wait, Is.EqualTo(TimeSpan.Zero));

    [Test]
    public void Take_BeyondTheBurst_WaitsForWhatIsMissing() =>
        Assert.That(TokenBucket.Create(1000, TimeSpan.Zero).Take(3500, TimeSpan.Zero).Wait, Is.EqualTo(TimeSpan.FromSeconds(2.5)));

    [Test]
    public void Take_AfterALongPause_HasNoMoreThanTheBurst()
    {
        var (bucket, _) = TokenBucket.Create(1000, TimeSpan.Zero).Take(1000, TimeSpan.Zero);
        Assert.That(bucket.Take(2000, TimeSpan.FromDays(1)).Wait, Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public void Take_NoLimit_NeverWaits() => Assert.That(TokenBucket.Create(0, TimeSpan.Zero).Take(long.MaxValue, TimeSpan.Zero).Wait, Is.EqualTo(TimeSpan.Zero));

    [Test]
    public void Take_AnySequence_NeverPassesMoreThanRateAndBurst() =>
        Gen.Select(Gen.Long[1, 1_000_000], Gen.Select(Gen.Int[1, 500_000], Gen.Int[0, 5_000]).List[1, 50]).Sample((rate, takes) =>
        {
            var bucket = TokenBucket.Create(rate, TimeSpan.Zero);
            var now = TimeSpan.Zero;
            long passed = 0;
            foreach (var (bytes, pauseMs) in takes)
            {
                now += TimeSpan.FromMilliseconds(pauseMs);
                (bucket, var wait) = bucket.Take(bytes, now);
                now += wait;
                passed += bytes;
                if (passed > (rate * now.TotalSeconds) + rate + 1)
                {
                    return false;
                }
            }

            return true;
        });

    [Test]
    [CancelAfter(10_000)]
    public async Task TakeAsync_TwoTransfers_ShareOneRate()
    {
        var time = new FakeTimeProvider();
        var limit = new RateLimit(1000, time);
        await limit.TakeAsync(1000, CancellationToken.None);
        var first = limit.TakeAsync(1000, CancellationToken.None).AsTask();
        var second = limit.TakeAsync(1000, CancellationToken.None).AsTask();
        time.Advance(TimeSpan.FromSeconds(1));
        await first;
        var secondEarly = second.IsCompleted;
        time.Advance(TimeSpan.FromSeconds(1));
        await second;

        Assert.That(secondEarly, Is.False);
    }
}
