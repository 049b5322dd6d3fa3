using System.Collections;

namespace Rigshift.Agent.Hosting.Configuration;

/// <summary>RIGSHIFT__Section__Name=value wins over the file; systemd drop-ins and containers set it more easily than a file.</summary>
internal static class EnvironmentOverrides
{
    private const string Prefix = "RIGSHIFT__";

    public static IReadOnlyList<ConfigValue> Read(IDictionary environment)
    {
        var values = new List<ConfigValue>();
        foreach (DictionaryEntry entry in environment)
        {
            if (entry is { Key: string name, Value: string text } && name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            {
                values.Add(new ConfigValue(name[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal), text, $"environment variable {name}"));
            }
        }

        // The environment has no order; messages have one.
        values.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
        return values;
    }
}
