namespace Rigshift.Benchmarks;

/// <summary>Measured values of one kind.</summary>
internal sealed class Samples
{
    private readonly List<double> values = [];

    public int Count => values.Count;

    public double Median => At(0.5);

    public void Add(double value) => values.Add(value);

    /// <summary>The value that this part of all is not above; the next higher one that was really measured.</summary>
    public double At(double part)
    {
        var sorted = values.Order().ToList();
        return sorted[Math.Clamp((int)Math.Ceiling(part * sorted.Count) - 1, 0, sorted.Count - 1)];
    }

    public string Spread(string unit) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"n {Count}, min {At(0):0.0}, p50 {Median:0.0}, p90 {At(0.9):0.0}, p99 {At(0.99):0.0}, max {At(1):0.0} {unit}");
}
