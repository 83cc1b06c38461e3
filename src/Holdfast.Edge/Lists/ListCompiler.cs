using Holdfast.Artifacts.Lists;
using Holdfast.Model.Lists;
using Holdfast.Rules.Lists;

namespace Holdfast.Edge.Lists;

/// <summary>
/// Makes lists ready to be asked. A long list of addresses becomes a file that is mapped into memory and has no name any more, so that
/// neither this process nor another can change it, and the disk has its room back when the list is out of use.
/// </summary>
/// <param name="directory">Where such files are made.</param>
internal sealed class ListCompiler(string directory)
{
    private int _number;

    /// <summary>Removes what a process that died has left.</summary>
    /// <exception cref="IOException">The disk.</exception>
    public void Clear()
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Compiles a list.</summary>
    /// <exception cref="IOException">The disk.</exception>
    public RuleList Compile(ListConfig config) =>
        config.Kind switch
        {
            ListKind.Hostname => new HostList(config.Items),
            ListKind.Redirect => new RedirectList(config.Items),
            ListKind.Asn => new NumberList(config.Items.Select(ListItem.NumberOf)),
            _ when config.Items.Length <= FewAddresses.Most => new FewAddresses(config.Items.Select(ListItem.RangeOf)),
            _ => Mapped(config),
        };

    private AddressList Mapped(ListConfig config)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, string.Create(null, $"{config.Id}.{_number++}"));
        File.Delete(path);
        try
        {
            using (var writer = new AddressListWriter(path))
            {
                var ranges = config.Items.Select(ListItem.RangeOf).ToArray();
                Array.Sort(ranges, (one, other) => one.First.CompareTo(other.First));
                foreach (var range in ranges)
                {
                    if (writer.Add(range) is { } problem)
                    {
                        throw new InvalidOperationException(problem);
                    }
                }

                writer.Complete();
            }

            return AddressList.Open(path, out var list) is { } fault ? throw new InvalidOperationException(fault) : list!;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
