// Origins as a list for API Gateway, from the one setting that the handler reads too.
module.exports.origins = async ({ resolveVariable }) =>
  (await resolveVariable('self:custom.corsOrigins')).split(',').map((origin) => origin.trim());
