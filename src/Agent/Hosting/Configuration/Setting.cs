using System.Globalization;

namespace Rigshift.Agent.Hosting.Configuration;

/// <summary>One option: its key, what it takes, and where it goes. <c>Apply</c> returns what is wrong, or null.</summary>
internal sealed record Setting(string Key, Func<string, string?> Apply)
{
    public static Setting Flag(string key, Action<bool> set) => new(key, text =>
    {
        if (!bool.TryParse(text, out var value))
        {
            return $"is '{text}'; write true or false.";
        }

        set(value);
        return null;
    });

    public static Setting Number(string key, long min, long max, Action<long> set) => new(key, text =>
    {
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            return $"is '{text}'; write a whole number from {min} to {max}.";
        }

        if (value < min || value > max)
        {
            return $"is {value}; it must be from {min} to {max}.";
        }

        set(value);
        return null;
    });

    public static Setting Seconds(string key, int min, int max, Action<TimeSpan> set) =>
        Number(key, min, max, value => set(TimeSpan.FromSeconds(value)));

    public static Setting FilePath(string key, Action<string> set) => new(key, text =>
    {
        if (text.Length > 0 && !Path.IsPathFullyQualified(text))
        {
            return $"is '{text}'; write a full path.";
        }

        set(text);
        return null;
    });

    public static Setting Choice<T>(string key, Action<T> set)
        where T : struct, Enum => new(key, text =>
    {
        // Enum.TryParse also takes numbers, which nobody means.
        if (!Enum.TryParse<T>(text, ignoreCase: true, out var value) || !Enum.IsDefined(value) || char.IsAsciiDigit(text[0]))
        {
            return $"is '{text}'; write one of {string.Join(", ", Enum.GetNames<T>())}.";
        }

        set(value);
        return null;
    });
}
