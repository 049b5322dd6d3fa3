using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Rigshift.Coordinator.JobFiles;

/// <summary>Numbers with units as job files and options write them. Each reader gives the number, or a clause with the remedy.</summary>
internal static class Quantity
{
    private static readonly (string Suffix, long Factor)[] ByteUnits =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40),
        ("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000),
    ];

    /// <summary>Bytes: 512Mi, 1Gi, 500M, or a plain number of bytes.</summary>
    public static bool TryBytes(string text, out long bytes, [NotNullWhen(false)] out string? fault)
    {
        bytes = 0;
        var (number, suffix) = Split(text);
        var factor = suffix.Length == 0 ? 1 : Array.Find(ByteUnits, u => u.Suffix == suffix).Factor;
        if (factor == 0 || !TryNumber(number, out var value))
        {
            fault = ByteRemedy(number, suffix);
            return false;
        }

        return TryFinish(value * factor, "bytes", out bytes, out fault);
    }

    /// <summary>Thousandths of a core: 500m, 1, 0.5.</summary>
    public static bool TryCpuMillis(string text, out long millis, [NotNullWhen(false)] out string? fault)
    {
        millis = 0;
        var (number, suffix) = Split(text);
        if (suffix is not ("" or "m") || !TryNumber(number, out var value))
        {
            fault = "is not a number of cores; write cores like 2 or 0.5, or thousandths like 500m";
            return false;
        }

        return TryFinish(suffix == "m" ? value : value * 1000, "thousandths of a core", out millis, out fault);
    }

    /// <summary>Time: 90s, 10m, 1h30m, 2d. Whole seconds.</summary>
    public static bool TrySeconds(string text, out long seconds, [NotNullWhen(false)] out string? fault)
    {
        seconds = 0;
        fault = "is not a time; write seconds, minutes, hours or days like 90s, 10m, 1h30m or 2d";
        if (text.Length > 0 && text.All(char.IsAsciiDigit))
        {
            fault = $"has no unit; write {text}s for seconds or {text}m for minutes";
            return false;
        }

        decimal total = 0;
        var rest = text;
        var lastUnit = long.MaxValue;
        while (rest.Length > 0)
        {
            var digits = rest.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
            var unit = digits < rest.Length ? UnitSeconds(rest[digits]) : 0;
            if (unit == 0 || unit >= lastUnit || !TryNumber(rest[..digits], out var value))
            {
                return false;
            }

            (total, lastUnit, rest) = (total + (value * unit), unit, rest[(digits + 1)..]);
        }

        return text.Length > 0 && TryFinish(total, "seconds", out seconds, out fault);
    }

    private static long UnitSeconds(char unit) => unit switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };

    private static (string Number, string Suffix) Split(string text)
    {
        var digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        return (text[..digits], text[digits..]);
    }

    // 15 digits hold every bound here and cannot overflow a decimal when multiplied.
    private static bool TryNumber(string text, out decimal value)
    {
        value = 0;
        return text.Length is > 0 and <= 15 && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);
    }

    private static bool TryFinish(decimal value, string unit, out long result, [NotNullWhen(false)] out string? fault)
    {
        var whole = value == decimal.Truncate(value) && value <= long.MaxValue;
        result = whole ? (long)value : 0;
        fault = whole ? null : $"is not a whole number of {unit}";
        return whole;
    }

    private static string ByteRemedy(string number, string suffix)
    {
        if (number.Length == 0 || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _))
        {
            return "is not a number of bytes; write a number and a unit like 512Mi or 1Gi";
        }

        if (suffix == "m")
        {
            return $"has the unit m, which means thousandths; write {number}Mi for mebibytes";
        }

        var stem = suffix.TrimEnd('B', 'b').ToUpperInvariant();
        var letter = stem is "K" or "M" or "G" or "T" or "KI" or "MI" or "GI" or "TI" ? stem[..1] : null;
        return letter is null
            ? $"has no unit of bytes ('{Rules.SafeText.ForMessage(suffix)}'); write Ki, Mi, Gi, Ti or k, M, G, T"
            : $"has an unknown unit '{suffix}'; write {number}{letter}i (powers of 1024) or {number}{(letter == "K" ? "k" : letter)} (powers of 1000)";
    }
}
