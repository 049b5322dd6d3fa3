using System.Text;
using System.Text.Json;

namespace Rigshift.Agent.Hosting.Configuration;

/// <summary>
/// Reads agent.json into flat values with their lines. JSON with comments and trailing commas, because people edit it by hand.
/// </summary>
internal static class ConfigFileReader
{
    /// <summary>No real config comes near it; a wrong path (a log, an image) is refused instead of being read into memory.</summary>
    private const int MaxBytes = 1024 * 1024;

    private static readonly JsonReaderOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static ConfigReading Read(string path)
    {
        byte[] bytes;
        try
        {
            if (!File.Exists(path))
            {
                return new ConfigReading([], []);
            }

            if (new FileInfo(path).Length > MaxBytes)
            {
                return Fault($"{path} is larger than 1 MiB: that is not a config file. Check --config.");
            }

            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // The disk or its permissions: the owner can act on it.
        {
            return Fault($"{path} cannot be read: {e.Message} Check its permissions, or name another file with --config.");
        }

        return Parse(bytes, path);
    }

    public static ConfigReading Parse(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
        {
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        }

        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            return Fault($"{path} is UTF-16: save it as UTF-8.");
        }

        var values = new List<ConfigValue>();
        var faults = new List<string>();
        var reader = new Utf8JsonReader(bytes, Lenient);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return Fault($"{path} must be one JSON object: {{ \"Section\": {{ \"Name\": value }} }}.");
            }

            ReadObject(ref reader, new Source(bytes, path, values, faults), "");
            while (reader.Read())
            {
                // Whatever follows the object makes the reader throw with its place.
            }
        }
        catch (JsonException e) // Syntax: the parser stops here, so this is the one fault of the file.
        {
            faults.Add($"{path} line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}: {Sentence(e.Message)}");
        }

        return new ConfigReading(values, faults);
    }

    private static void ReadObject(ref Utf8JsonReader reader, Source source, string prefix)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = prefix + reader.GetString();
            var origin = $"{source.Path} line {source.LineOf(reader.TokenStartIndex)}";
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    ReadObject(ref reader, source, key + ":");
                    break;
                case JsonTokenType.StartArray:
                    reader.Skip();
                    source.Faults.Add($"{origin}: {key} is a list, and no option takes one.");
                    break;
                case JsonTokenType.Null:
                    break; // As if it were not there: the default holds.
                default:
                    source.Add(key, reader.TokenType == JsonTokenType.String ? reader.GetString()! /* not a null token here */ : Encoding.UTF8.GetString(reader.ValueSpan), origin);
                    break;
            }
        }
    }

    private static ConfigReading Fault(string text) => new([], [text]);

    // The parser appends "LineNumber: … BytePositionInLine: …", which count from zero and confuse people.
    private static string Sentence(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }

    private readonly ref struct Source(ReadOnlySpan<byte> bytes, string path, List<ConfigValue> values, List<string> faults)
    {
        private readonly ReadOnlySpan<byte> bytes = bytes;

        public string Path { get; } = path;

        public List<string> Faults { get; } = faults;

        public int LineOf(long index) => bytes[..(int)index].Count((byte)'\n') + 1;

        public void Add(string key, string text, string origin)
        {
            if (values.Exists(v => string.Equals(v.Key, key, StringComparison.OrdinalIgnoreCase)))
            {
                Faults.Add($"{origin}: {key} is given twice. Keep one of them.");
                return;
            }

            values.Add(new ConfigValue(key, text, origin));
        }
    }
}
