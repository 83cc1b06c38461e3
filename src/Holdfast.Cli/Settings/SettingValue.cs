using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Holdfast.Cli.Terminal;
using Holdfast.Model.Addresses;
using Holdfast.Releases.Rollout;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Cli.Settings;

/// <summary>One value of a section of <c>holdfast.yaml</c> as it was written.</summary>
/// <param name="Texts">The value, or the values of a list.</param>
/// <param name="Where">File, line and name, for messages.</param>
internal readonly record struct SettingValue(IReadOnlyList<string> Texts, string Where)
{
    public int Number(int least, int most) =>
        Texts.Count == 1
        && int.TryParse(Texts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number >= least
        && number <= most
            ? number
            : throw Wrong(string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));

    public TimeSpan Seconds(int least, int most) =>
        Texts.Count == 1
        && int.TryParse(Texts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && seconds >= least
        && seconds <= most
            ? TimeSpan.FromSeconds(seconds)
            : throw Wrong(string.Create(CultureInfo.InvariantCulture, $"a whole number of seconds from {least} to {most}"));

    public string Place() =>
        Texts.Count == 1 && Texts[0].Length is >= 3 and <= 8 && Texts[0].All(char.IsAsciiLetterUpper)
            ? Texts[0]
            : throw Wrong("3 to 8 upper-case letters");

    public string WebAddress() =>
        Texts.Count == 1 && Uri.TryCreate(Texts[0], UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https")
            ? uri.AbsoluteUri
            : throw Wrong("an http or https address");

    public ImmutableArray<IPNetwork> Networks()
    {
        var networks = ImmutableArray.CreateBuilder<IPNetwork>();
        foreach (var text in Texts)
        {
            networks.Add(NetworkText.TryParse(text, out var network) ? network : throw Wrong(text, NetworkText.Allowed));
        }

        return networks.ToImmutable();
    }

    /// <summary><c>normal</c> or <c>quick</c>.</summary>
    public RolloutOptions ReleasePace() =>
        Texts switch
        {
            ["normal"] => new RolloutOptions(),
            ["quick"] => RolloutOptions.Quick,
            _ => throw Wrong("normal or quick"),
        };

    /// <summary><c>on</c> or <c>off</c>.</summary>
    public bool IsOn() =>
        Texts switch
        {
            ["on"] => true,
            ["off"] => false,
            _ => throw Wrong("on or off"),
        };

    /// <summary><c>on</c>, <c>off</c> or <c>auto</c>.</summary>
    public Http3Mode Http3() =>
        Texts switch
        {
            ["off"] => Http3Mode.Off,
            ["auto"] => Http3Mode.Auto,
            ["on"] => Http3Mode.On,
            _ => throw Wrong("on, off or auto"),
        };

    /// <summary><c>http</c>, <c>https</c> and addresses with a port.</summary>
    public ListenerSelection Listeners()
    {
        var selection = new ListenerSelection();
        foreach (var text in Texts)
        {
            selection = text switch
            {
                "http" => selection with { Http = true },
                "https" => selection with { Https = true },
                _ when ListenAddress.TryParse(text, out var address, out _) && address.Port != 0 => selection with
                {
                    Addresses = selection.Addresses.Add(address),
                },
                _ => throw Wrong(text, "http, https, or an address with a port as --http and --https take it"),
            };
        }

        return selection;
    }

    /// <summary>Applies every setting of a section.</summary>
    /// <param name="section">The section's name.</param>
    /// <param name="node">Its value.</param>
    /// <param name="path">The file's name, for messages.</param>
    /// <param name="settings">The defaults.</param>
    /// <param name="known">What each setting does.</param>
    /// <exception cref="CliFailure">A setting is unknown or its value is wrong; the message names file and line.</exception>
    public static T Read<T>(
        string section,
        YamlNode node,
        string path,
        T settings,
        IReadOnlyDictionary<string, Func<T, SettingValue, T>> known
    )
    {
        if (node is not YamlMappingNode mapping)
        {
            throw new CliFailure($"{path} line {node.Start.Line}: '{section}' is not a section", "its settings stand below it, indented");
        }

        foreach (var (keyNode, valueNode) in mapping.Children)
        {
            var key = (keyNode as YamlScalarNode)?.Value ?? "";
            var place = $"{path} line {keyNode.Start.Line}: {section}.{key}";
            if (!known.TryGetValue(key, out var apply))
            {
                throw new CliFailure(
                    $"{path} line {keyNode.Start.Line}: unknown setting '{section}.{key}'",
                    $"known are {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}"
                );
            }

            IReadOnlyList<YamlNode> nodes = valueNode is YamlSequenceNode list ? [.. list.Children] : [valueNode];
            if (nodes.Any(n => n is not YamlScalarNode { Value.Length: > 0 }))
            {
                throw new CliFailure($"{place} has no value that is text or a number", $"write '{key}: VALUE'");
            }

            settings = apply(settings, new SettingValue([.. nodes.Select(n => ((YamlScalarNode)n).Value!)], place));
        }

        return settings;
    }

    private CliFailure Wrong(string allowed) => Wrong(string.Join(", ", Texts), allowed);

    private CliFailure Wrong(string found, string allowed) => new($"{Where}: '{found}' is not allowed", $"it is {allowed}");
}
