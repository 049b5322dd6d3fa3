using System.Globalization;
using System.Text.Json;

namespace Rigshift.Agent.Runtimes.Shim;

/// <summary>The fields of one flat JSON object; what is not known is passed over, because a newer agent may have written it.</summary>
internal sealed class ShimFields
{
    private readonly Dictionary<string, object?> values = new(StringComparer.Ordinal);

    private ShimFields()
    {
    }

    /// <exception cref="JsonException">The bytes are no whole JSON object.</exception>
    public static ShimFields Read(ReadOnlySpan<byte> bytes)
    {
        var fields = new ShimFields();
        var json = new Utf8JsonReader(bytes);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("Not a record.");
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString() ?? "";
            json.Read();
            fields.values[name] = Value(ref json);
        }

        return json.TokenType == JsonTokenType.EndObject ? fields : throw new JsonException("Not a whole record.");
    }

    public bool Has(string name) => values.TryGetValue(name, out var value) && value is not null;

    public string Text(string name) => Get<string>(name);

    public Guid Id(string name) => Guid.TryParse(Text(name), out var id) ? id : throw Wrong(name);

    public long Whole(string name) => long.TryParse(Get<Digits>(name).Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : throw Wrong(name);

    public double Number(string name) => double.TryParse(Get<Digits>(name).Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw Wrong(name);

    /// <summary>False when it is missing.</summary>
    public bool Flag(string name) => values.GetValueOrDefault(name) is true;

    public IReadOnlyList<string> List(string name) => Get<List<string>>(name);

    private T Get<T>(string name)
        where T : class => values.GetValueOrDefault(name) as T ?? throw Wrong(name);

    private static JsonException Wrong(string name) => new($"{name} is missing or is not what it should be.");

    private static object? Value(ref Utf8JsonReader json)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.String:
                return json.GetString();
            case JsonTokenType.Number:
                return new Digits(System.Text.Encoding.UTF8.GetString(json.ValueSpan));
            case JsonTokenType.True or JsonTokenType.False:
                return json.GetBoolean();
            case JsonTokenType.StartArray:
                return Items(ref json);
            default:
                json.Skip();
                return null;
        }
    }

    private static List<string> Items(ref Utf8JsonReader json)
    {
        var items = new List<string>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            items.Add(json.TokenType == JsonTokenType.String ? json.GetString() ?? "" : throw new JsonException("Only texts belong into a list."));
        }

        return items;
    }

    private sealed record Digits(string Text);
}
