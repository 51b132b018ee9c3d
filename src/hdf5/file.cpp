#include <fmt/core.h>

#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "check.hpp"

namespace amt::hdf5 {
namespace {

constexpr hsize_t kAlignFrom = 65536;  // smaller objects (headers) are packed
constexpr hsize_t kAlignment = 4096;   // a page: datasets may be mapped

/// Disables locking. Files are complete before anyone reads them and have only one writer, and many
/// file systems have no locks. If the user sets HDF5_USE_FILE_LOCKING, it takes precedence (HDF5
/// reads it after the property).
Handle access_properties(const std::string& where) {
  Handle list = properties(H5P_FILE_ACCESS, where);
#if AMT_HDF5_HAS_FILE_LOCKING
  check(H5Pset_file_locking(list.get(), /*use_file_locking=*/false, /*ignore_when_disabled=*/true),
        "open", where);
#endif
  return list;
}

/// Rejects links, to other files or to names in this one: amt does not write any.
void require_own_object(std::int64_t file, const std::string& name, const std::string& where) {
  H5L_info_t link{};
  check(H5Lget_info(file, name.c_str(), &link, H5P_DEFAULT), "open", where);
  if (link.type != H5L_TYPE_HARD) {
    throw Error(where + " is a link to something else; the file was not written by amt");
  }
}

}  // namespace

File::File(Handle handle, std::filesystem::path path)
    : handle_(std::move(handle)), path_(std::move(path)) {}

File File::create(const std::filesystem::path& path) {
  set_up();
  const std::string where = path.string();
  const Handle creation = properties(H5P_FILE_CREATE, where);
  check(H5Pset_obj_track_times(creation.get(), false), "create", where);
  const Handle access = access_properties(where);
  check(H5Pset_alignment(access.get(), kAlignFrom, kAlignment), "create", where);
  check(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V110, H5F_LIBVER_V110), "create", where);
  return File(own(H5Fcreate(where.c_str(), H5F_ACC_TRUNC, creation.get(), access.get()), close_file,
                  "create", where),
              path);
}

File File::open(const std::filesystem::path& path) {
  set_up();
  const std::string where = path.string();
  open_regular_file(path);  // HDF5 would block on a pipe
  const Handle access = access_properties(where);
  return File(own(H5Fopen(where.c_str(), H5F_ACC_RDONLY, access.get()), close_file, "open", where),
              path);
}

Dataset File::create_dataset(const std::string& name, Type type, const Shape& shape) {
  const std::string where = fmt::format("{}:{}", path_.string(), name);
  const Handle list = dataset_properties(where);
  check(H5Pset_layout(list.get(), H5D_CONTIGUOUS), "create", where);
  check(H5Pset_alloc_time(list.get(), H5D_ALLOC_TIME_EARLY), "create", where);
  check(H5Pset_fill_time(list.get(), H5D_FILL_TIME_NEVER), "create", where);
  const Handle space = simple_space(shape, where);
  return Dataset(own(H5Dcreate2(handle_.get(), name.c_str(), file_type(type), space.get(),
                                H5P_DEFAULT, list.get(), H5P_DEFAULT),
                     close_dataset, "create", where),
                 where, type, shape);
}

Dataset File::open_dataset(const std::string& name) const {
  const std::string where = fmt::format("{}:{}", path_.string(), name);
  require_own_object(handle_.get(), name, where);
  Handle dataset =
      own(H5Dopen2(handle_.get(), name.c_str(), H5P_DEFAULT), close_dataset, "open", where);
  const Handle type = own(H5Dget_type(dataset.get()), close_type, "read", where);
  const Handle space = own(H5Dget_space(dataset.get()), close_space, "read", where);
  const int rank = H5Sget_simple_extent_ndims(space.get());
  check(rank, "read", where);
  std::vector<hsize_t> dims(rank);
  check(H5Sget_simple_extent_dims(space.get(), dims.data(), nullptr), "read", where);
  for (const Type known : {Type::u16, Type::u64, Type::f32}) {
    if (H5Tequal(type.get(), file_type(known)) > 0) {
      return Dataset(std::move(dataset), where, known, Shape(dims.begin(), dims.end()));
    }
  }
  throw Error(where + " has elements of an unexpected type; it was not written by amt");
}

void File::close() {
  check(H5Fflush(handle_.get(), H5F_SCOPE_GLOBAL), "write", path_.string());
  check(H5Fclose(handle_.release()), "close", path_.string());
}

std::string library_version() {
  set_up();
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("{}.{}.{}", major, minor, release);
}

}  // namespace amt::hdf5
