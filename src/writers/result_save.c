/* Saving of result files. */
#include "writers/result_save.h"
#include "writers/kappa_name.h"
#include "writers/whole_file.h"

/* The bytes of the file; HDF5 is left as it was. */
static umk_status make_image(void **image, int64_t *size, umk_context *context, int compression,
                             const umk_result_content *content) {
    umk_hdf5_session session;
    umk_status status = UMK_OK;
    umk_hdf5_begin(&session);
    hid_t file = H5I_INVALID_HID;
    if (compression >= 0 && H5Zfilter_avail(H5Z_FILTER_DEFLATE) <= 0) {
        UMK_TRY(umk_fail(context, UMK_ERROR_ARGUMENT, "this HDF5 library has no gzip compression: use none"));
    }
    file = umk_memory_file_create(context);
    if (file < 0) UMK_TRY(UMK_ERROR_IO);
    UMK_TRY(content->fill(content->user, context, file, compression));
    UMK_TRY(umk_memory_file_image(image, size, context, file));

cleanup:
    if (file >= 0) H5Fclose(file);
    umk_hdf5_end(&session);
    return status;
}

umk_status umk_result_save(char **path, umk_context *context, const char *stem, const umk_conductivity *conductivity,
                           int64_t grid_point, const umk_output_options *options, const umk_result_content *content) {
    static const umk_output_options defaults = UMK_OUTPUT_OPTIONS_INIT;
    umk_status status = UMK_OK;
    char *name = NULL;
    void *image = NULL;
    int64_t size = 0;
    if (path != NULL) *path = NULL;
    if (options == NULL) options = &defaults;
    UMK_TRY(umk_compression_check(options->compression, context));
    UMK_TRY(umk_result_path(&name, context, stem, conductivity, grid_point, options));
    status = make_image(&image, &size, context, options->compression, content);
    if (status == UMK_ERROR_IO) umk_fail_prefix(context, status, "cannot write \"%s\"", name);
    if (status != UMK_OK) goto cleanup;
    UMK_TRY(umk_whole_file_write(context, name, image, size));
    if (path != NULL) {
        *path = name;
        name = NULL;
    }
cleanup:
    umk_release(image);
    umk_string_free(name);
    return status;
}
