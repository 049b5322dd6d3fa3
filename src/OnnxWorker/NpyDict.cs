using System.Globalization;

namespace Rigshift.OnnxWorker;

/// <summary>The Python dictionary in a .npy head, of the one form that plain arrays have: each of the three keys once, in any order.</summary>
internal ref struct NpyDict
{
    private ReadOnlySpan<char> rest;

    private NpyDict(ReadOnlySpan<char> text) => rest = text;

    public static bool TryParse(string text, out string descr, out bool fortran, out IReadOnlyList<long> shape)
    {
        (descr, fortran, shape) = ("", false, []);
        string? foundDescr = null;
        bool? foundOrder = null;
        List<long>? foundShape = null;
        var parser = new NpyDict(text);
        if (!parser.Take('{'))
        {
            return false;
        }

        while (!parser.Take('}'))
        {
            if (parser.Quoted() is not { } key || !parser.Take(':'))
            {
                return false;
            }

            // A key for the second time, an unknown key, or a value of another form all leave 'taken' false.
            var taken = key switch
            {
                "descr" when foundDescr is null => (foundDescr = parser.Quoted()) is not null,
                "fortran_order" when foundOrder is null => (foundOrder = parser.Bool()) is not null,
                "shape" when foundShape is null => (foundShape = parser.Tuple()) is not null,
                _ => false,
            };
            if (!taken || (!parser.Take(',') && parser.Peek() != '}'))
            {
                return false;
            }
        }

        if (parser.Peek() != '\0' || foundDescr is null || foundOrder is null || foundShape is null)
        {
            return false;
        }

        (descr, fortran, shape) = (foundDescr, foundOrder.Value, foundShape);
        return true;
    }

    private char Peek()
    {
        rest = rest.TrimStart(" \n\t");
        return rest.IsEmpty ? '\0' : rest[0];
    }

    private bool Take(char wanted)
    {
        if (Peek() != wanted || rest.IsEmpty)
        {
            return false;
        }

        rest = rest[1..];
        return true;
    }

    private string? Quoted()
    {
        var quote = Peek();
        if (quote is not ('\'' or '"'))
        {
            return null;
        }

        var end = rest[1..].IndexOf(quote);
        if (end < 0 || rest.Slice(1, end).ContainsAnyExceptInRange(' ', '~'))
        {
            return null;
        }

        var value = rest.Slice(1, end).ToString();
        rest = rest[(end + 2)..];
        return value;
    }

    private bool? Bool() => Word("True") ? true : Word("False") ? false : null;

    private bool Word(string word)
    {
        _ = Peek();
        if (!rest.StartsWith(word, StringComparison.Ordinal))
        {
            return false;
        }

        rest = rest[word.Length..];
        return true;
    }

    private List<long>? Tuple()
    {
        if (!Take('('))
        {
            return null;
        }

        var values = new List<long>();
        while (!Take(')'))
        {
            _ = Peek();
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || !long.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                return null;
            }

            values.Add(value);
            rest = rest[digits..];
            if (!Take(',') && Peek() != ')')
            {
                return null;
            }
        }

        return values;
    }
}
