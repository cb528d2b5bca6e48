/*
 * The smallest honest filter on libmilter, in C: the measure for what postern-sign adds to it.
 *
 * It keeps the steps postern-sign keeps (connect, header and body without reply; MAIL, end of headers and end of message
 * answered), does nothing in them, and asks for no macros. With -r it asks for no SMFIP_NR_* flag, so that every step is
 * answered: what filters cost that do not negotiate.
 *
 *     empty_milter [-r] unix:/run/empty.sock | inet:port@127.0.0.1
 */
#include <libmilter/mfapi.h>

#include <stdio.h>
#include <string.h>

static int answer_all; /* -r */

static sfsistat quiet(void) { return answer_all ? SMFIS_CONTINUE : SMFIS_NOREPLY; }

static sfsistat on_connect(SMFICTX* context, char* name, _SOCK_ADDR* address) {
    (void)context;
    (void)name;
    (void)address;
    return quiet();
}
static sfsistat on_mail(SMFICTX* context, char** arguments) {
    (void)context;
    (void)arguments;
    return SMFIS_CONTINUE;
}
static sfsistat on_header(SMFICTX* context, char* name, char* value) {
    (void)context;
    (void)name;
    (void)value;
    return quiet();
}
static sfsistat on_end_of_headers(SMFICTX* context) {
    (void)context;
    return SMFIS_CONTINUE;
}
static sfsistat on_body(SMFICTX* context, unsigned char* octets, size_t size) {
    (void)context;
    (void)octets;
    (void)size;
    return quiet();
}
static sfsistat on_end_of_message(SMFICTX* context) {
    (void)context;
    return SMFIS_CONTINUE;
}

static sfsistat on_negotiate(SMFICTX* context, unsigned long actions, unsigned long steps, unsigned long f2,
                             unsigned long f3, unsigned long* wanted_actions, unsigned long* wanted_steps,
                             unsigned long* more, unsigned long* more_still) {
    char none[1] = "";
    int stage;
    (void)f2;
    (void)f3;
    *wanted_actions = actions & (SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_SETSYMLIST);
    *wanted_steps = SMFIP_NOHELO | SMFIP_NORCPT | SMFIP_NODATA | SMFIP_NOUNKNOWN;
    *wanted_steps |= steps & (SMFIP_HDR_LEADSPC | SMFIP_SKIP);
    if (!answer_all) *wanted_steps |= SMFIP_NR_CONN | SMFIP_NR_HDR | SMFIP_NR_BODY;
    *more = 0;
    *more_still = 0;
    if (actions & SMFIF_SETSYMLIST)
        for (stage = SMFIM_CONNECT; stage <= SMFIM_EOH; ++stage)
            smfi_setsymlist(context, stage, none);
    return SMFIS_CONTINUE;
}

int main(int argc, char** argv) {
    struct smfiDesc filter;
    char name[] = "empty_milter";
    memset(&filter, 0, sizeof filter);
    filter.xxfi_name = name;
    filter.xxfi_version = SMFI_VERSION;
    filter.xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS;
    filter.xxfi_connect = on_connect;
    filter.xxfi_envfrom = on_mail;
    filter.xxfi_header = on_header;
    filter.xxfi_eoh = on_end_of_headers;
    filter.xxfi_body = on_body;
    filter.xxfi_eom = on_end_of_message;
    filter.xxfi_negotiate = on_negotiate;
    if (argc == 3 && strcmp(argv[1], "-r") == 0) answer_all = 1;
    if (argc != 2 + answer_all) {
        fprintf(stderr, "usage: %s [-r] SOCKET\n", argv[0]);
        return 64;
    }
    if (smfi_register(filter) != MI_SUCCESS || smfi_setconn(argv[argc - 1]) != MI_SUCCESS ||
        smfi_opensocket(1) != MI_SUCCESS)
        return 69;
    fprintf(stderr, "empty_milter: ready: listening on %s\n", argv[argc - 1]);
    return smfi_main() == MI_SUCCESS ? 0 : 70;
}
