using System.Globalization;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Functions;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Parsing;

/// <summary>Reads fields, calls of functions, and the indexes behind them.</summary>
internal sealed class OperandReader
{
    private readonly SourceCursor _cursor;
    private readonly RuleScope _scope;
    private readonly LiteralReader _literals;
    private readonly CallReader _calls;

    public OperandReader(SourceCursor cursor, RuleScope scope, LiteralReader literals, ExpressionReader expressions)
    {
        _cursor = cursor;
        _scope = scope;
        _literals = literals;
        _calls = new CallReader(cursor, scope, literals, expressions);
    }

    /// <summary>Reads what a rule writes: a literal or an operand; null after a fault.</summary>
    public Argument? ReadValue() =>
        _literals.StringBegins ? (_literals.Read(RuleType.String) is { } literal ? new LiteralArgument(literal) : null)
        : Read() is { } operand ? new OperandArgument(operand)
        : null;

    /// <summary>Reads an operand; null after a fault.</summary>
    public Operand? Read()
    {
        var at = _cursor.At;
        if (_literals.StringBegins || char.IsAsciiDigit(_cursor.Next))
        {
            return Fail(at, "a comparison begins with a field or a function; a literal belongs on its right side");
        }

        var name = _cursor.TakeName().ToString();
        if (name.Length == 0)
        {
            return Fail(at, $"a field or a function belongs here; found {_cursor.Found(at)}");
        }

        if (FunctionCatalogue.Find(name) is { } function)
        {
            return _calls.Read(function, at) is { } call ? ReadIndexes(call, null) : null;
        }

        if (FieldCatalogue.Find(name) is not { } field)
        {
            return Fail(at, NoSuchName(name));
        }

        if (FaultOf(field) is { } fault)
        {
            return Fail(at, fault);
        }

        if (field.Source == SignalSource.None)
        {
            _cursor.Warn(at, $"nothing here knows {field}: it is always unknown, and a comparison with it never true");
        }

        return ReadIndexes(new FieldOperand(field), field);
    }

    private Operand? Fail(int at, string message) => _cursor.Fail<Operand>(at, message);

    private string NoSuchName(string name)
    {
        _cursor.SkipSpace();
        if (_cursor.Next == '(')
        {
            return $"there is no function named {name}{Suggestions.For(name, FunctionCatalogue.All.Select(function => function.Name))}";
        }

        // A word of logic is no field, whatever its case.
        if (name.ToLowerInvariant() is "not" or "and" or "or" or "xor" or "true" or "false")
        {
            return name == name.ToLowerInvariant()
                ? $"a field or a function belongs here; found '{name}'"
                : $"operators and constants are written in lower case; did you mean {name.ToLowerInvariant()}?";
        }

        return $"there is no field named {name}{Suggestions.For(name, FieldCatalogue.Names)}";
    }

    private string? FaultOf(RuleField field)
    {
        if (field.IsOfResponse && !_scope.Place.SeesResponse)
        {
            return $"{field} says something about the response, which {_scope.Place} cannot read yet";
        }

        return field.IsOfBody && !_scope.Place.SeesBody
            ? $"{field} says something about the request's body, which is read in http_request_firewall_custom, http_ratelimit and http_request_firewall_managed only, not in {_scope.Place}"
            : null;
    }

    private Operand? ReadIndexes(Operand of, RuleField? field)
    {
        var type = of.Type;
        var indexes = new List<ElementIndex>();
        while (_cursor.Next == '[')
        {
            var at = _cursor.At++;
            _cursor.SkipSpace();
            if (ReadIndex(at, type, field) is not { } index)
            {
                return null;
            }

            if (index is EachIndex && indexes.Any(earlier => earlier is EachIndex))
            {
                return Fail(at, "[*] can stand once behind an operand");
            }

            _cursor.SkipSpace();
            if (!_cursor.Take("]"))
            {
                return Fail(_cursor.At, $"] belongs here; found {_cursor.Found(_cursor.At)}");
            }

            indexes.Add(index);
            type = type.Element!;
        }

        return indexes.Count == 0 ? of : new IndexedOperand(of, [.. indexes]);
    }

    private ElementIndex? ReadIndex(int at, RuleType type, RuleField? field)
    {
        if (type.IsSingle)
        {
            return _cursor.Fail<ElementIndex>(at, $"this is {type}: it has no elements");
        }

        if (_cursor.Take("*"))
        {
            return type.Kind == RuleKind.Array
                ? new EachIndex()
                : _cursor.Fail<ElementIndex>(
                    at,
                    "[*] takes the elements of an array; this is a map. Its values stand in the field that ends in .values"
                );
        }

        if (type.Kind == RuleKind.Map)
        {
            var keyAt = _cursor.At;
            if (!_literals.StringBegins)
            {
                return _cursor.Fail<ElementIndex>(
                    keyAt,
                    $"this is a map: a name in quotation marks belongs here; found {_cursor.Found(keyAt)}"
                );
            }

            if (_literals.ReadString() is not { } key)
            {
                return null;
            }

            if (field is { HasLowerCaseNames: true } && key.Span.ContainsAnyInRange((byte)'A', (byte)'Z'))
            {
                _cursor.Warn(
                    keyAt,
                    $"the names in {field} are in lower case, so this one is never there; did you mean \"{key.ToString().ToLowerInvariant()}\"?"
                );
            }

            return new NameIndex(key);
        }

        var from = _cursor.At;
        while (char.IsAsciiDigit(_cursor.Next))
        {
            _cursor.At++;
        }

        var digits = _cursor.Text.AsSpan(from, _cursor.At - from);
        return
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            && (digits.Length == 1 || digits[0] != '0')
            ? new PositionIndex(position)
            : _cursor.Fail<ElementIndex>(from, $"this is an array: a position from 0, or *, belongs here; found {_cursor.Found(from)}");
    }
}
