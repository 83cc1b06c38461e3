using System.Text.Json;
using Holdfast.Artifacts.Json;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Model.Certificates;

namespace Holdfast.Control.Certificates;

/// <summary>Which certificate gets which priority: <c>{"certificates":[{"id","priority"}]}</c>.</summary>
internal static class PriorityList
{
    private const string Form = "an array of 1 to 100 objects with id and priority";

    /// <summary>Reads the list; what is wrong is reported.</summary>
    public static List<(string Id, int Priority)> Read(RequestBody body)
    {
        var list = new List<(string, int)>();
        if (!body.Members.TryRequire("certificates", Form, out var items))
        {
            return list;
        }

        if (items.ValueKind != JsonValueKind.Array || items.GetArrayLength() is 0 or > CertificateStore.MaxPerZone)
        {
            body.Members.Report("certificates", StrictJson.Describe(items), Form);
            return list;
        }

        for (var i = 0; i < items.GetArrayLength(); i++)
        {
            var members = new JsonMembers(items[i], $"/certificates/{i}", body.Problems);
            var id = members.RequireText("id", "a certificate's id");
            var allowed = $"a whole number from 0 to {CertificateConfig.MaxPriority}";
            if (members.TryRequire("priority", allowed, out var value))
            {
                if (
                    value.ValueKind == JsonValueKind.Number
                    && value.TryGetInt32(out var priority)
                    && priority is >= 0 and <= CertificateConfig.MaxPriority
                )
                {
                    list.Add((id ?? "", priority));
                }
                else
                {
                    members.Report("priority", StrictJson.Describe(value), allowed);
                }
            }

            members.RefuseOthers();
        }

        return list;
    }

    /// <summary>Refuses a list that names what the zone does not have, or something twice.</summary>
    /// <exception cref="ApiException">It does.</exception>
    public static void RequireAll(List<(string Id, int Priority)> list, IReadOnlyList<StoredCertificate> certificates)
    {
        for (var i = 0; i < list.Count; i++)
        {
            var id = list[i].Id;
            if (certificates.All(stored => stored.Config.Id != id))
            {
                throw ApiException.Invalid($"/certificates/{i}/id", "the zone has no such certificate");
            }

            if (list.FindIndex(item => item.Id == id) != i)
            {
                throw ApiException.Invalid($"/certificates/{i}/id", "there twice; each certificate once");
            }
        }
    }
}
