namespace Rigshift.Benchmarks;

/// <summary>One line of the table.</summary>
/// <param name="Floor">What the same work costs with nothing of Rigshift in it, from the same run.</param>
/// <param name="Note">Where the number comes from, for the reader of the table.</param>
internal sealed record Figure(string Name, string Unit, double Measured, double Floor, string FloorIs, string Aim, bool Met, string Note)
{
    public double Ratio => Floor == 0 ? double.NaN : Measured / Floor;
}
