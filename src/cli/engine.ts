export default { name: 'engine', summary: '', usage: '', options: {}, examples: [], run: async () => 0 };
