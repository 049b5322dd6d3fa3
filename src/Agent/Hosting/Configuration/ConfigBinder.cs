using Rigshift.Rules;

namespace Rigshift.Agent.Hosting.Configuration;

/// <summary>Puts what was read where it belongs and gathers every fault, so that the owner mends the file once.</summary>
internal static class ConfigBinder
{
    /// <summary>Later readings win over earlier ones. Returns all faults.</summary>
    public static IReadOnlyList<string> Bind(IReadOnlyList<Setting> settings, params IReadOnlyList<ConfigReading> readings)
    {
        var faults = readings.SelectMany(r => r.Faults).ToList();
        foreach (var value in readings.SelectMany(r => r.Values))
        {
            var setting = settings.FirstOrDefault(s => string.Equals(s.Key, value.Key, StringComparison.OrdinalIgnoreCase));
            if (setting is null)
            {
                faults.Add($"{value.Origin}: there is no option {SafeText.ForMessage(value.Key)}.{Suggestion(value.Key, settings)}");
            }
            else if (setting.Apply(value.Text) is { } fault)
            {
                faults.Add($"{value.Origin}: {setting.Key} {SafeText.ForMessage(fault)}");
            }
        }

        return faults;
    }

    private static string Suggestion(string key, IReadOnlyList<Setting> settings) =>
        Nearest.Of(key, settings.Select(s => s.Key)) is { } near ? $" Did you mean {near}?" : "";
}
