using Microsoft.Data.Sqlite;

namespace Rigshift.Durable;

/// <summary>
/// A connection with its prepared statements. Statements are kept by their text, so the text must be constant: values go
/// into parameters.
/// </summary>
public sealed class SqlSession : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> commands = new(StringComparer.Ordinal);

    internal SqlSession(SqliteConnection connection) => Connection = connection;

    internal SqliteConnection Connection { get; }

    /// <summary>Runs a statement; returns the number of rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) => Bind(sql, parameters).ExecuteNonQuery();

    /// <summary>Reads all rows of a query.</summary>
    public IReadOnlyList<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var rows = new List<T>();
        using var reader = Bind(sql, parameters).ExecuteReader();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>Reads the first row, or default when there is none.</summary>
    public T? First<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var reader = Bind(sql, parameters).ExecuteReader();
        return reader.Read() ? read(reader) : default;
    }

    public void Dispose()
    {
        foreach (var command in commands.Values)
        {
            command.Dispose();
        }

        Connection.Dispose();
    }

    // Kept with its parameters: making them anew costs more than the statement itself.
    private SqliteCommand Bind(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!commands.TryGetValue(sql, out var command))
        {
            command = Connection.CreateCommand();
#pragma warning disable CA2100 // The text is one of our constants: values only ever go into parameters.
            command.CommandText = sql;
#pragma warning restore CA2100
            commands.Add(sql, command);
        }

        var bound = command.Parameters;
        for (var i = 0; i < parameters.Length; i++)
        {
            var (name, value) = parameters[i];
            if (i == bound.Count)
            {
                bound.Add(new SqliteParameter { ParameterName = name });
            }
            else if (bound[i].ParameterName != name)
            {
                throw new ArgumentException($"'{name}' is not in the place it had when this statement ran first.", nameof(parameters));
            }

            bound[i].Value = value ?? DBNull.Value;
        }

        return bound.Count == parameters.Length
            ? command
            : throw new ArgumentException("This statement ran first with more parameters.", nameof(parameters));
    }
}
