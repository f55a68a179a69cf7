/*
 * A text in an HDF5 file. One of variable length lies in a global heap collection, which the library (1.10) does not
 * read safely from a damaged file; the few bytes are therefore looked up here (HDF5 File Format Specification, version
 * 3, III.E "Global Heap" and the reference to it: length, 4 bytes; address of the collection, 8; index in it, 4).
 */
#include "readers/hdf5_dataset.h"
#include <stdio.h>
#include <string.h>

enum { reference_size = 16, collection_head = 16, object_head = 16, most_objects = 4096 };

static uint64_t little_endian(const unsigned char *bytes, int n) {
    uint64_t value = 0;
    for (int i = n - 1; i >= 0; i--) value = value << 8 | bytes[i];
    return value;
}

static bool read_at(FILE *stream, uint64_t file_size, uint64_t offset, void *out, size_t size) {
    if (offset > file_size || size > file_size - offset) return false;
    return fseeko(stream, (off_t)offset, SEEK_SET) == 0 && fread(out, 1, size, stream) == size;
}

/* Finds object number index of the collection at address; false where it is not there or not below size bytes. */
static bool read_heap_object(FILE *stream, uint64_t file_size, uint64_t address, uint64_t index, char *out,
                             size_t size) {
    unsigned char head[16];
    if (!read_at(stream, file_size, address, head, collection_head) || memcmp(head, "GCOL\1", 5) != 0) return false;
    uint64_t collection_size = little_endian(head + 8, 8), at = collection_head;
    for (int i = 0; i < most_objects; i++) {
        if (collection_size > file_size || at > collection_size || collection_size - at < object_head) return false;
        if (!read_at(stream, file_size, address + at, head, object_head)) return false;
        uint64_t found = little_endian(head, 2), length = little_endian(head + 8, 8);
        if (found == 0 || length > collection_size) return false;
        at += object_head;
        if (found == index) return length < size && read_at(stream, file_size, address + at, out, (size_t)length);
        at += (length + 7) / 8 * 8;
    }
    return false;
}

static bool has_plain_addresses(const umk_hdf5_file *file) {
    size_t address_size = 0, length_size = 0;
    hsize_t user_block = 1;
    hid_t creation = H5Fget_create_plist(file->file);
    if (creation < 0) return false;
    bool known =
        H5Pget_sizes(creation, &address_size, &length_size) >= 0 && H5Pget_userblock(creation, &user_block) >= 0;
    H5Pclose(creation);
    return known && address_size == 8 && length_size == 8 && user_block == 0;
}

static bool read_variable(const umk_hdf5_file *file, hid_t dataset, char *out, size_t size) {
    unsigned char reference[reference_size];
    haddr_t offset = H5Dget_offset(dataset);
    if (!has_plain_addresses(file) || offset == HADDR_UNDEF || H5Dget_storage_size(dataset) != reference_size)
        return false;
    FILE *stream = fopen(file->path, "rb");
    if (stream == NULL) return false;
    uint64_t file_size = (uint64_t)file->size;
    bool found = read_at(stream, file_size, offset, reference, reference_size) &&
                 read_heap_object(stream, file_size, little_endian(reference + 4, 8), little_endian(reference + 12, 4),
                                  out, size);
    fclose(stream);
    return found;
}

umk_status umk_hdf5_read_text(const umk_hdf5_file *file, const char *name, hid_t dataset, char *out, size_t size) {
    umk_hdf5_shape shape;
    umk_hdf5_get_shape(dataset, &shape);
    hid_t type = H5Dget_type(dataset);
    size_t length = type >= 0 ? H5Tget_size(type) : 0;
    bool is_text =
        type >= 0 && H5Tget_class(type) == H5T_STRING && (shape.rank == 0 || (shape.rank == 1 && shape.dims[0] == 1));
    bool is_read = false;
    memset(out, 0, size);
    if (is_text && H5Tis_variable_str(type) > 0) {
        is_read = read_variable(file, dataset, out, size);
    } else if (is_text && length > 0 && length < size) {
        is_read = umk_hdf5_check_contiguous(file, name, dataset, (int64_t)length) == UMK_OK &&
                  H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) >= 0;
    }
    if (type >= 0) H5Tclose(type);
    return is_read ? UMK_OK : umk_hdf5_fail(file, name, "expected one short text");
}
