namespace Rigshift.Agent.Hosting.Configuration;

/// <summary>One value as the owner wrote it.</summary>
/// <param name="Key">Sections and name joined by colons, as written.</param>
/// <param name="Text">The value without quotes.</param>
/// <param name="Origin">Where it stands, for messages: file and line, or the environment variable.</param>
internal sealed record ConfigValue(string Key, string Text, string Origin);

/// <summary>All that was read, and all that is wrong with it: each fault names the place and the remedy.</summary>
internal sealed record ConfigReading(IReadOnlyList<ConfigValue> Values, IReadOnlyList<string> Faults);
