using System.Globalization;
using Rigshift.Rules;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Rigshift.Coordinator.JobFiles;

/// <summary>
/// Reads one YAML document into items. YamlDotNet's own tree stops at the first duplicate key and expands aliases (a small file
/// can become gigabytes), so the tree is built from the parser's events here.
/// </summary>
internal sealed class YamlTreeReader
{
    // Deeper than any field of a job; keeps a hostile file from exhausting the stack.
    private const int MaxDepth = 16;

    private readonly IParser parser;
    private readonly FaultList faults;

    private YamlTreeReader(string text, FaultList faults)
    {
        parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        this.faults = faults;
    }

    /// <summary>The document's root, or null when the file is no YAML or holds nothing; the faults say why.</summary>
    public static YamlItem? Read(string text, FaultList faults)
    {
        try
        {
            return new YamlTreeReader(text, faults).ReadDocument();
        }
        catch (YamlException fault) // The author's mistake: becomes a line of the answer.
        {
            faults.Add(At(fault.Start), "", $"is not YAML: {SafeText.ForMessage(fault.Message).TrimEnd('.')}; check indentation, quotes and brackets here.");
            return null;
        }
        catch (TooDeepException fault) // The same; thrown to unwind the recursion.
        {
            faults.Add(fault.Place, "", $"is nested deeper than {MaxDepth} levels; no field of a job is.");
            return null;
        }
    }

    private YamlItem? ReadDocument()
    {
        parser.Consume<StreamStart>();
        if (parser.TryConsume<StreamEnd>(out _))
        {
            faults.Add(new Place(1, 1), "", "is empty; docs/jobs.md has an example to begin with.");
            return null;
        }

        parser.Consume<DocumentStart>();
        var root = ReadItem(0);
        parser.Consume<DocumentEnd>();
        if (parser.TryConsume<DocumentStart>(out var second))
        {
            faults.Add(At(second.Start), "", "a second document begins here; write one job per file.");
        }

        return root;
    }

    private YamlItem ReadItem(int depth)
    {
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            var place = At(alias.Start);
            faults.Add(place, "", $"'*{SafeText.ForMessage(alias.Value.Value)}' is an alias; write the value out, job files take no anchors and aliases.");
            return new YamlBroken(place);
        }

        if (!parser.Accept<NodeEvent>(out var node))
        {
            throw new YamlException("a value is missing");
        }

        Refuse(node);
        if (depth > MaxDepth)
        {
            throw new TooDeepException(At(node.Start));
        }

        return node switch
        {
            SequenceStart => ReadList(depth),
            MappingStart => ReadMap(depth),
            _ => ReadText(),
        };
    }

    private YamlText ReadText()
    {
        var scalar = parser.Consume<Scalar>();
        return new YamlText(At(scalar.Start), scalar.Value, scalar.Style is not ScalarStyle.Plain);
    }

    private YamlList ReadList(int depth)
    {
        var start = parser.Consume<SequenceStart>();
        var items = new List<YamlItem>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadItem(depth + 1));
        }

        return new YamlList(At(start.Start), items);
    }

    private YamlMap ReadMap(int depth)
    {
        var start = parser.Consume<MappingStart>();
        var entries = new List<YamlEntry>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadItem(depth + 1);
            var value = ReadItem(depth + 1);
            if (key is YamlText text)
            {
                entries.Add(new YamlEntry(text, value));
            }
            else if (key is not YamlBroken)
            {
                faults.Add(key.Place, "", "a list or map cannot be a field's name; write a word.");
            }
        }

        return new YamlMap(At(start.Start), entries);
    }

    private void Refuse(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty)
        {
            faults.Add(At(node.Start), "", $"'&{SafeText.ForMessage(node.Anchor.Value)}' is an anchor; write values out, job files take no anchors and aliases.");
        }

        if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific)
        {
            faults.Add(At(node.Start), "", $"'{SafeText.ForMessage(node.Tag.Value)}' is a tag; leave it away, each field has one type.");
        }
    }

    private static Place At(Mark mark) =>
        new(int.CreateSaturating(mark.Line), int.CreateSaturating(mark.Column));

    private sealed class TooDeepException(Place place) : Exception(string.Create(CultureInfo.InvariantCulture, $"Too deep at line {place.Line}."))
    {
        public Place Place { get; } = place;
    }
}
