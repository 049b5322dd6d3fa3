using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Rigshift.Rules;

namespace Rigshift.Coordinator.JobFiles;

internal delegate bool QuantityReader(string text, out long value, [NotNullWhen(false)] out string? fault);

/// <summary>Reads single values.</summary>
internal static class Values
{
    /// <summary>The text, or null with a fault.</summary>
    public static string? Text(YamlItem item, string path, FaultList faults)
    {
        switch (item)
        {
            case YamlText { IsNull: true }:
                faults.Add(item.Place, path, "has no value; write one, or leave the field away.");
                return null;
            case YamlText text:
                return text.Value;
            case YamlBroken:
                return null;
            default:
                faults.Add(item.Place, path, "is a list or map; write one value.");
                return null;
        }
    }

    public static string? SafePath(YamlItem item, string path, FaultList faults)
    {
        if (Text(item, path, faults) is not { } text)
        {
            return null;
        }

        if (ArtifactPath.TryCreate(text, out _, out var fault))
        {
            return text;
        }

        faults.Add(item.Place, path, $"'{SafeText.ForMessage(text)}' {fault}; write a relative path like data/model.onnx.");
        return null;
    }

    public static float? Number(YamlItem item, string path, FaultList faults)
    {
        if (Text(item, path, faults) is not { } text)
        {
            return null;
        }

        if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && float.IsFinite(value))
        {
            return value;
        }

        faults.Add(item.Place, path, $"'{SafeText.ForMessage(text)}' is not a number; write one like 0.5.");
        return null;
    }
}
