using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Types;
using Bytes = System.ReadOnlySpan<byte>;

namespace Holdfast.Rules.Functions;

/// <summary><c>lower()</c> and <c>upper()</c></summary>
internal sealed class CaseFunction(bool toUpper) : Function<Bytes, Bytes>
{
    public override Presence Of(RuleEvaluation evaluation, Bytes input, out Bytes output)
    {
        output = input;
        if (toUpper ? !input.ContainsAnyInRange((byte)'a', (byte)'z') : !input.ContainsAnyInRange((byte)'A', (byte)'Z'))
        {
            return Presence.Known;
        }

        if (!evaluation.TryTake(input.Length, out var bytes))
        {
            return Presence.Unknown;
        }

        if (toUpper)
        {
            AsciiCase.Upper(input, bytes);
        }
        else
        {
            AsciiCase.Lower(input, bytes);
        }

        output = bytes;
        return Presence.Known;
    }
}

/// <summary><c>len()</c> of a string</summary>
internal sealed class LengthFunction : Function<Bytes, long>
{
    public override Presence Of(RuleEvaluation evaluation, Bytes input, out long output)
    {
        output = input.Length;
        return Presence.Known;
    }
}

/// <summary><c>concat()</c> of strings. A missing one is empty.</summary>
internal sealed class ConcatFunction(ValueNode<Bytes>[] rest) : Function<Bytes, Bytes>
{
    public override bool TakesMissing => true;

    public override Presence Of(RuleEvaluation evaluation, Bytes input, out Bytes output)
    {
        output = default;
        var writer = new ByteWriter(evaluation);
        if (!writer.TryAppend(input))
        {
            return Presence.Unknown;
        }

        foreach (var part in rest)
        {
            var presence = part.Read(evaluation, out var value);
            if (presence == Presence.Unknown || (presence == Presence.Known && !writer.TryAppend(value)))
            {
                return Presence.Unknown;
            }
        }

        output = writer.Written;
        return Presence.Known;
    }
}

/// <summary><c>substring()</c>: no copy, a part of what is there.</summary>
internal sealed class SubstringFunction(ValueNode<long> start, ValueNode<long>? end) : Function<Bytes, Bytes>
{
    public override Presence Of(RuleEvaluation evaluation, Bytes input, out Bytes output)
    {
        output = default;
        long to = input.Length;
        var fromPresence = start.Read(evaluation, out var from);
        var toPresence = end is null ? Presence.Known : end.Read(evaluation, out to);
        if (fromPresence != Presence.Known || toPresence != Presence.Known)
        {
            return fromPresence == Presence.Unknown || toPresence == Presence.Unknown ? Presence.Unknown : Presence.Missing;
        }

        var (first, last) = (Place(from, input.Length), Place(to, input.Length));
        output = first < last ? input[first..last] : default;
        return Presence.Known;
    }

    // Negative ones count from the end.
    private static int Place(long index, int length) => (int)Math.Clamp(index < 0 ? Math.Max(index, -length) + length : index, 0, length);
}

/// <summary><c>remove_bytes()</c></summary>
internal sealed class RemoveBytesFunction : Function<Bytes, Bytes>
{
    private readonly bool[] _removed = new bool[256];

    public RemoveBytesFunction(Bytes removed)
    {
        foreach (var value in removed)
        {
            _removed[value] = true;
        }
    }

    public override Presence Of(RuleEvaluation evaluation, Bytes input, out Bytes output)
    {
        output = default;
        if (!evaluation.TryTake(input.Length, out var bytes))
        {
            return Presence.Unknown;
        }

        var length = 0;
        foreach (var value in input)
        {
            bytes[length] = value;
            length += _removed[value] ? 0 : 1;
        }

        output = bytes[..length];
        return Presence.Known;
    }
}

/// <summary><c>sha256()</c></summary>
internal sealed class Sha256Function : Function<Bytes, Bytes>
{
    public override Presence Of(RuleEvaluation evaluation, Bytes input, out Bytes output)
    {
        output = default;
        if (!evaluation.TryTake(SHA256.HashSizeInBytes, out var bytes))
        {
            return Presence.Unknown;
        }

        SHA256.HashData(input, bytes);
        output = bytes;
        return Presence.Known;
    }
}

/// <summary><c>to_string()</c> of a number</summary>
internal sealed class NumberTextFunction : Function<long, Bytes>
{
    private const int MostDigits = 20;

    public override Presence Of(RuleEvaluation evaluation, long input, out Bytes output)
    {
        output = default;
        if (!evaluation.TryTake(MostDigits, out var bytes))
        {
            return Presence.Unknown;
        }

        input.TryFormat(bytes, out var length, default, CultureInfo.InvariantCulture);
        output = bytes[..length];
        return Presence.Known;
    }
}

/// <summary><c>to_string()</c> of an address</summary>
internal sealed class AddressTextFunction : Function<RuleAddress, Bytes>
{
    public override Presence Of(RuleEvaluation evaluation, RuleAddress input, out Bytes output)
    {
        output = default;
        if (!evaluation.TryTake(RuleAddress.MostCharacters, out var bytes))
        {
            return Presence.Unknown;
        }

        output = bytes[..input.Write(bytes)];
        return Presence.Known;
    }
}

/// <summary><c>to_string()</c> of a boolean</summary>
internal sealed class TruthTextFunction : Function<Truth, Bytes>
{
    public override Presence Of(RuleEvaluation evaluation, Truth input, out Bytes output)
    {
        output = input == Truth.True ? "true"u8 : "false"u8;
        return input == Truth.Unknown ? Presence.Unknown : Presence.Known;
    }
}

/// <summary>A boolean as a value.</summary>
internal sealed class TruthValueNode(TruthNode truth) : ValueNode<Truth>
{
    public override Presence Read(RuleEvaluation evaluation, out Truth value)
    {
        value = truth.Evaluate(evaluation);
        return value == Truth.Unknown ? Presence.Unknown : Presence.Known;
    }
}

/// <summary><c>cidr()</c> and <c>cidr6()</c></summary>
internal sealed class NetworkFunction(int ipv4Bits, int ipv6Bits) : Function<RuleAddress, RuleAddress>
{
    public override Presence Of(RuleEvaluation evaluation, RuleAddress input, out RuleAddress output)
    {
        output = input.Network(input.IsIPv6 ? ipv6Bits : ipv4Bits);
        return Presence.Known;
    }
}

/// <summary><c>uuidv4()</c>: from the first 16 bytes (RFC 9562 section 5.4); missing when there are fewer.</summary>
internal sealed class UuidFunction : Function<Bytes, Bytes>
{
    private const int Characters = 36;

    public override Presence Of(RuleEvaluation evaluation, Bytes input, out Bytes output)
    {
        output = default;
        if (input.Length < 16)
        {
            return Presence.Missing;
        }

        if (!evaluation.TryTake(Characters, out var bytes))
        {
            return Presence.Unknown;
        }

        Span<byte> random = stackalloc byte[16];
        input[..16].CopyTo(random);
        random[6] = (byte)((random[6] & 0x0F) | 0x40);
        random[8] = (byte)((random[8] & 0x3F) | 0x80);
        Utf8Formatter.TryFormat(new Guid(random, bigEndian: true), bytes, out _);
        output = bytes;
        return Presence.Known;
    }
}

/// <summary><c>encode_base64()</c>: <c>u</c> for the URL's alphabet, <c>p</c> for padding.</summary>
internal sealed class EncodeBase64Function(bool forUrls, bool padded) : Function<Bytes, Bytes>
{
    public override Presence Of(RuleEvaluation evaluation, Bytes input, out Bytes output)
    {
        output = default;
        if (!evaluation.TryTake(Base64.GetMaxEncodedToUtf8Length(input.Length), out var bytes))
        {
            return Presence.Unknown;
        }

        Base64.EncodeToUtf8(input, bytes, out _, out var length);
        var text = bytes[..length];
        if (forUrls)
        {
            text.Replace((byte)'+', (byte)'-');
            text.Replace((byte)'/', (byte)'_');
        }

        output = padded ? text : text.TrimEnd((byte)'=');
        return Presence.Known;
    }
}

/// <summary><c>decode_base64()</c>: either alphabet, padded or not; missing when it is none.</summary>
internal sealed class DecodeBase64Function : Function<Bytes, Bytes>
{
    public override Presence Of(RuleEvaluation evaluation, Bytes input, out Bytes output)
    {
        output = default;
        var text = input.TrimEnd((byte)'=');
        if (input.Length - text.Length > 2 || text.ContainsAny(" \t\r\n"u8))
        {
            return Presence.Missing;
        }

        var padded = (text.Length + 3) / 4 * 4;
        if (!evaluation.TryTake(padded, out var bytes))
        {
            return Presence.Unknown;
        }

        text.CopyTo(bytes);
        bytes[text.Length..].Fill((byte)'=');
        bytes.Replace((byte)'-', (byte)'+');
        bytes.Replace((byte)'_', (byte)'/');
        if (Base64.DecodeFromUtf8InPlace(bytes, out var length) != System.Buffers.OperationStatus.Done)
        {
            return Presence.Missing;
        }

        output = bytes[..length];
        return Presence.Known;
    }
}
