namespace Rigshift.Coordinator.Serving;

/// <summary>Reads <see cref="CoordinatorOptions"/> from the file, the environment and the command line.</summary>
internal static class OptionsLoader
{
    private const string EnvironmentPrefix = "RIGSHIFT_COORDINATOR__";

    /// <param name="stateDirectory">Null: the default of this user.</param>
    /// <param name="settings">"Key:Sub=value" texts of the command line.</param>
    /// <exception cref="StartException">Names every mistake at once.</exception>
    public static CoordinatorOptions Load(string? stateDirectory, IReadOnlyList<string> settings)
    {
        var directory = stateDirectory
            ?? Environment.GetEnvironmentVariable(EnvironmentPrefix + nameof(CoordinatorOptions.StateDirectory))
            ?? StatePaths.DefaultDirectory;
        var paths = new StatePaths(directory);
        try
        {
            var builder = new ConfigurationBuilder()
                .AddJsonFile(paths.Config, optional: true)
                .AddEnvironmentVariables(EnvironmentPrefix)
                .AddInMemoryCollection(settings.Select(Split));
            var options = new CoordinatorOptions();
            builder.Build().Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
            options.StateDirectory = paths.Root;
            OptionsCheck.ThrowIfWrong(options);
            return options;
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidDataException or FormatException) // What the binder and the JSON reader throw.
        {
            throw new StartException($"The settings in {paths.Config}, in {EnvironmentPrefix}* or in --set are wrong: {e.Message} {e.InnerException?.Message}".TrimEnd(), e);
        }
    }

    private static KeyValuePair<string, string?> Split(string setting)
    {
        var equals = setting.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? new(setting[..equals].Replace("__", ":", StringComparison.Ordinal), setting[(equals + 1)..])
            : throw new FormatException($"'{setting}' is not a setting: write KEY=VALUE, for instance Leases:Batch:LeaseSeconds=30.");
    }
}
