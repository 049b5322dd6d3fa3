using CsCheck;

namespace Rigshift.Rules.Tests;

internal sealed class NumbersTests
{
    [Test]
    public void Fence_HigherIncarnation_IsAboveAnySequenceOfALower() =>
        Gen.Select(Gen.UInt, Gen.UInt, Gen.UInt, Gen.UInt).Sample((i1, s1, i2, s2) =>
        {
            var (a, b) = (Fence.Create(i1, s1), Fence.Create(i2, s2));
            var expected = i1 != i2 ? i1.CompareTo(i2) : s1.CompareTo(s2);
            return Math.Sign(a.CompareTo(b)) == expected
                && a < b == expected < 0
                && a > b == expected > 0
                && a <= b == expected <= 0
                && a >= b == expected >= 0
                && a.Incarnation == i1
                && a.Sequence == s1;
        });

    [Test]
    public void Fence_Text_ShowsBothParts() => Assert.That(Fence.Create(7, 9).ToString(), Is.EqualTo("7.9"));

    [Test]
    public void Margin_ClocksDriftTwoPercentApart_TheRigExpiresFirst() =>
        // The rig counts from when it sent, the coordinator from when it received; the rig's clock may be 2 % slow.
        // Below 10 s the margin is half, and the smallest lease that the protocol grants is longer.
        Gen.Select(Gen.Double[5, 7 * 24 * 3600], Gen.Double[-0.02, 0.02], Gen.Double[0, 60]).Sample((seconds, drift, travelSeconds) =>
        {
            var lease = TimeSpan.FromSeconds(seconds);
            var onRigsClock = lease - LeaseTerms.Margin(lease);
            var rigRealTime = onRigsClock / (1 + drift);
            var coordinatorRealTime = TimeSpan.FromSeconds(travelSeconds) + lease;
            return LeaseTerms.Margin(lease) > TimeSpan.Zero && rigRealTime <= coordinatorRealTime + TimeSpan.FromTicks(1);
        });

    [TestCase(1, 0.5)]
    [TestCase(8, 4)]
    [TestCase(60, 5)]
    [TestCase(900, 18)]
    public void Margin_Duration_IsTheGreaterOfFiveSecondsAndTwoPercentButNeverMoreThanHalf(double seconds, double margin) =>
        Assert.That(LeaseTerms.Margin(TimeSpan.FromSeconds(seconds)), Is.EqualTo(TimeSpan.FromSeconds(margin)));

    [Test]
    public void Terms_EachKind_OrphanIsNeverBeforeLease() =>
        Assert.That(new[] { LeaseTerms.Interactive, LeaseTerms.Batch, LeaseTerms.Exclusive }.Select(terms => terms.Orphan - terms.Lease), Is.All.GreaterThanOrEqualTo(TimeSpan.Zero));

    [Test]
    public void ResultDigest_OutputsInAnyOrder_IsTheSame()
    {
        var output = Gen.Select(Gen.String[Gen.Char["abc/."], 1, 8], Gen.Byte.Array, Gen.ULong, (path, bytes, size) => (Path: path, Digest: Digest.Of(bytes), SizeBytes: size));
        Gen.Select(Gen.Guid, output.List[0, 8]).Sample((id, outputs) =>
        {
            var distinct = outputs.DistinctBy(o => o.Path).ToList();
            var reversed = Enumerable.Reverse(distinct);
            return ResultDigest.Compute(id, 1, "", 0, distinct) == ResultDigest.Compute(id, 1, "", 0, reversed);
        });
    }

    [Test]
    public void ResultDigest_AnyPartDiffers_IsAnother()
    {
        var id = Guid.NewGuid();
        var digest = Digest.Of("x"u8);
        var all = new[]
        {
            ResultDigest.Compute(id, 1, "", 0, []),
            ResultDigest.Compute(id, 2, "", 0, []),
            ResultDigest.Compute(id, 1, "timeout", 0, []),
            ResultDigest.Compute(id, 1, "", null, []),
            ResultDigest.Compute(id, 1, "", 1, []),
            ResultDigest.Compute(Guid.NewGuid(), 1, "", 0, []),
            ResultDigest.Compute(id, 1, "", 0, [("a", digest, 1)]),
            ResultDigest.Compute(id, 1, "", 0, [("b", digest, 1)]),
            ResultDigest.Compute(id, 1, "", 0, [("a", digest, 2)]),
            ResultDigest.Compute(id, 1, "", 0, [("a", Digest.Of("y"u8), 1)]),
        };

        Assert.That(all.Distinct().Count(), Is.EqualTo(all.Length));
    }

    [Test]
    public void ResultDigest_KnownResult_IsTheNumberInTheDocs() =>
        // Another implementation can check itself against this one.
        Assert.That(
            ResultDigest.Compute(new Guid("00000000-0000-0000-0000-000000000001"), 1, "", 0, [("a.csv", Digest.Of([]), 0)]),
            Is.EqualTo(Digest.Of("00000000-0000-0000-0000-000000000001\n1\n\n0\na.csv sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0\n"u8)));
}
