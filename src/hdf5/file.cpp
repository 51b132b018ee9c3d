#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "check.hpp"

namespace amt::hdf5 {
namespace {

constexpr hsize_t kAlignFrom = 65536;  // smaller objects (headers) are packed
constexpr hsize_t kAlignment = 4096;   // a page: datasets may be mapped

Handle properties(hid_t kind, const std::string& where) {
  return own(H5Pcreate(kind), close_properties, "H5Pcreate", where);
}

/// Creation of a dataset without modification times.
Handle dataset_properties(const std::string& where) {
  Handle list = properties(H5P_DATASET_CREATE, where);
  check(H5Pset_obj_track_times(list.get(), false), "H5Pset_obj_track_times", where);
  return list;
}

Handle simple_space(const Shape& shape, const std::string& where) {
  const std::vector<hsize_t> dims(shape.begin(), shape.end());
  return own(H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr), close_space,
             "H5Screate_simple", where);
}

/// A link to another file, or to a name in this one, is none of ours.
void require_own_object(std::int64_t file, const std::string& name, const std::string& where) {
  H5L_info_t link{};
  check(H5Lget_info(file, name.c_str(), &link, H5P_DEFAULT), "opening", where);
  if (link.type != H5L_TYPE_HARD) {
    throw Error(where + " is a link to something else; the file was not written by amt");
  }
}

void map_source(const Handle& list, const Handle& target, std::uint64_t first, std::uint64_t width,
                const VirtualSource& source) {
  const hsize_t start[2] = {first, 0}, count[2] = {source.rows, width};
  check(H5Sselect_hyperslab(target.get(), H5S_SELECT_SET, start, nullptr, count, nullptr),
        "H5Sselect_hyperslab", source.file);
  const Handle space = simple_space({source.rows, width}, source.file);
  check(H5Pset_virtual(list.get(), target.get(), source.file.c_str(), source.dataset.c_str(),
                       space.get()),
        "H5Pset_virtual", source.file);
}

}  // namespace

File::File(Handle handle, std::filesystem::path path)
    : handle_(std::move(handle)), path_(std::move(path)) {}

File File::create(const std::filesystem::path& path) {
  quiet();
  const std::string where = path.string();
  const Handle creation = properties(H5P_FILE_CREATE, where);
  check(H5Pset_obj_track_times(creation.get(), false), "H5Pset_obj_track_times", where);
  const Handle access = properties(H5P_FILE_ACCESS, where);
  check(H5Pset_alignment(access.get(), kAlignFrom, kAlignment), "H5Pset_alignment", where);
  check(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V110, H5F_LIBVER_V110),
        "H5Pset_libver_bounds", where);
  return File(own(H5Fcreate(where.c_str(), H5F_ACC_TRUNC, creation.get(), access.get()), close_file,
                  "creating", where),
              path);
}

File File::open(const std::filesystem::path& path) {
  quiet();
  const std::string where = path.string();
  return File(
      own(H5Fopen(where.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), close_file, "opening", where), path);
}

Dataset File::create_dataset(const std::string& name, Type type, const Shape& shape) {
  const std::string where = str_cat(path_.string(), ":", name);
  const Handle list = dataset_properties(where);
  check(H5Pset_layout(list.get(), H5D_CONTIGUOUS), "H5Pset_layout", where);
  check(H5Pset_alloc_time(list.get(), H5D_ALLOC_TIME_EARLY), "H5Pset_alloc_time", where);
  check(H5Pset_fill_time(list.get(), H5D_FILL_TIME_NEVER), "H5Pset_fill_time", where);
  const Handle space = simple_space(shape, where);
  return Dataset(own(H5Dcreate2(handle_.get(), name.c_str(), file_type(type), space.get(),
                                H5P_DEFAULT, list.get(), H5P_DEFAULT),
                     close_dataset, "creating", where),
                 where, type, shape);
}

void File::create_virtual_dataset(const std::string& name, Type type, std::uint64_t width,
                                  std::span<const VirtualSource> sources) {
  const std::string where = str_cat(path_.string(), ":", name);
  std::uint64_t rows = 0;
  for (const VirtualSource& source : sources) rows += source.rows;
  const Handle list = dataset_properties(where);
  const Handle space = simple_space({rows, width}, where);
  std::uint64_t first = 0;
  for (const VirtualSource& source : sources) {
    if (source.rows == 0) continue;  // an empty selection cannot be mapped
    map_source(list, space, first, width, source);
    first += source.rows;
  }
  check(H5Sselect_all(space.get()), "H5Sselect_all", where);
  const Handle dataset = own(H5Dcreate2(handle_.get(), name.c_str(), file_type(type), space.get(),
                                        H5P_DEFAULT, list.get(), H5P_DEFAULT),
                             close_dataset, "creating", where);
}

Dataset File::open_dataset(const std::string& name) const {
  const std::string where = str_cat(path_.string(), ":", name);
  require_own_object(handle_.get(), name, where);
  Handle dataset =
      own(H5Dopen2(handle_.get(), name.c_str(), H5P_DEFAULT), close_dataset, "opening", where);
  const Handle type = own(H5Dget_type(dataset.get()), close_type, "H5Dget_type", where);
  const Handle space = own(H5Dget_space(dataset.get()), close_space, "H5Dget_space", where);
  const int rank = H5Sget_simple_extent_ndims(space.get());
  check(rank, "H5Sget_simple_extent_ndims", where);
  std::vector<hsize_t> dims(static_cast<std::size_t>(rank));
  check(H5Sget_simple_extent_dims(space.get(), dims.data(), nullptr), "H5Sget_simple_extent_dims",
        where);
  for (const Type known : {Type::u16, Type::u64, Type::f32}) {
    if (H5Tequal(type.get(), file_type(known)) > 0) {
      return Dataset(std::move(dataset), where, known, Shape(dims.begin(), dims.end()));
    }
  }
  throw Error(where + " holds elements of an unexpected type; it was not written by amt");
}

void File::close() {
  check(H5Fflush(handle_.get(), H5F_SCOPE_GLOBAL), "writing", path_.string());
  check(H5Fclose(handle_.release()), "closing", path_.string());
}

std::string library_version() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return str_cat(major, ".", minor, ".", release);
}

}  // namespace amt::hdf5
