using System.Globalization;

namespace Rigshift.Rules;

/// <summary>
/// Guards a job against a stale writer: <c>incarnation&lt;&lt;32 | sequence</c>. A coordinator restored from an old backup
/// starts with a higher incarnation, so its fences stay above all that it ever gave out.
/// </summary>
public readonly record struct Fence(ulong Value) : IComparable<Fence>
{
    public static Fence Create(uint incarnation, uint sequence) => new(((ulong)incarnation << 32) | sequence);

    public uint Incarnation => (uint)(Value >> 32);

    public uint Sequence => (uint)Value;

    public int CompareTo(Fence other) => Value.CompareTo(other.Value);

    public static bool operator <(Fence left, Fence right) => left.Value < right.Value;

    public static bool operator >(Fence left, Fence right) => left.Value > right.Value;

    public static bool operator <=(Fence left, Fence right) => left.Value <= right.Value;

    public static bool operator >=(Fence left, Fence right) => left.Value >= right.Value;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Incarnation}.{Sequence}");
}
