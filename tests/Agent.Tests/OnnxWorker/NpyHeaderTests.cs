using System.Text;
using CsCheck;
using Rigshift.OnnxWorker;

namespace Rigshift.Agent.Tests.OnnxWorker;

internal sealed class NpyHeaderTests
{
    private static readonly string[] Descrs = ["<f4", "<f8", "<i4", "<i8", "|u1"];

    private static readonly Gen<(string Descr, long[] Shape)> Plain =
        Gen.Select(Gen.Int[0, 4].Select(i => Descrs[i]), Gen.Long[0, 1000].Array[0, 5]);

    [Test]
    public void TryRead_WhatEncodeWrote_IsTheSame() => Plain.Sample(plain =>
    {
        var type = NpyType.For(plain.Descr)!; // Known above.
        var bytes = NpyHeader.Encode(type, plain.Shape);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NpyHeader.TryRead(new MemoryStream(bytes), out var header, out var fault), Is.True, fault);
            Assert.That(header.Type, Is.EqualTo(type));
            Assert.That(header.Shape, Is.EqualTo(plain.Shape));
            Assert.That(header.DataOffset, Is.EqualTo(bytes.Length));
            Assert.That(bytes.Length % 64, Is.Zero, "NumPy aligns the values, so that they can be mapped");
        }
    });

    [Test]
    public void TryRead_AnyBytesChangedOrMissing_AnswersAndNeverThrows() =>
        Gen.Select(Plain, Gen.Select(Gen.Int[0, 200], Gen.Byte).Array[1, 4], Gen.Int[0, 200]).Sample((plain, changes, kept) =>
        {
            var bytes = NpyHeader.Encode(NpyType.For(plain.Descr)!, plain.Shape); // Known above.
            foreach (var (at, value) in changes)
            {
                bytes[at % bytes.Length] = value;
            }

            var read = NpyHeader.TryRead(new MemoryStream(bytes, 0, Math.Min(kept, bytes.Length)), out var header, out var fault);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(fault, read ? Is.Empty : Is.Not.Empty);
                Assert.That(!read || header.Shape.All(d => d >= 0), Is.True);
                Assert.That(() => read ? header.Elements * header.Type.Bytes : 0, Is.GreaterThanOrEqualTo(0));
            }
        });

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void TryRead_EachVersionAsNumPyWritesIt_IsRead(int version)
    {
        Assert.That(TryRead("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }      \n", version, out var header), Is.Empty);
        Assert.That(header.Shape, Is.EqualTo(new long[] { 3, 4 }));
    }

    [TestCase("{'descr': '>f4', 'fortran_order': False, 'shape': (3,), }", "big-endian")]
    [TestCase("{'descr': '<f4', 'fortran_order': True, 'shape': (3, 4), }", "Fortran")]
    [TestCase("{'descr': '|O', 'fortran_order': False, 'shape': (3,), }", "type '|O'")]
    [TestCase("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,), }", "plain array")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (-3,), }", "plain array")]
    [TestCase("{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", "plain array")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), } __import__", "plain array")]
    [TestCase("{'descr': '<f4', 'fortran_order': False}", "plain array")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807, 0), }", "larger than any disk")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "plain array")]
    [TestCase("", "plain array")]
    public void TryRead_AHeadThatCannotBeUsed_SaysWhy(string head, string why) => Assert.That(TryRead(head, 1, out _), Does.Contain(why));

    [Test]
    public void TryRead_AHeadOfFourGigabytes_IsRefusedUnread() =>
        Assert.That(NpyHeader.TryRead(new MemoryStream([0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 255]), out _, out _), Is.False);

    private static string TryRead(string head, int version, out NpyHeader header)
    {
        var length = head.Length;
        byte[] size = version == 1 ? [(byte)length, (byte)(length >> 8)] : [(byte)length, (byte)(length >> 8), 0, 0];
        NpyHeader.TryRead(new MemoryStream([0x93, .. "NUMPY"u8, (byte)version, 0, .. size, .. Encoding.ASCII.GetBytes(head)]), out header, out var fault);
        return fault;
    }
}
